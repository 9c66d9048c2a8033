// rapport tail: the live feed, drawn as it comes.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <memory>
#include <mutex>

#include "engine/http/request_target.h"
#include "events/json_value.h"
#include "tools/rapport/command.h"
#include "tools/rapport/contacts/event_stream.h"
#include "tools/rapport/contacts/timeline_text.h"
#include "tools/rapport/terminal/columns.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/stop_signal.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kReconnectAfter{1};

struct TailArguments {
  ServerOptions server;
  std::string from;
  std::vector<std::string> where, types, contacts, changed;
  bool ends = false;
};

std::string target_of(const TailArguments& arguments, const std::string& position) {
  std::string out = std::string("/v1/feed?live=") + (arguments.ends ? "0" : "1");
  const auto add = [&](const char* name, const std::vector<std::string>& values) {
    for (const std::string& value : values) out.append("&").append(name).append("=").append(percent_encode(value));
  };
  add("where", arguments.where);
  add("type", arguments.types);
  add("contact", arguments.contacts);
  add("changed", arguments.changed);
  if (!position.empty()) add("from", {position});
  return out;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

// For a person in columns, cut at the terminal's edge; for a program between tabs, whole.
void print_item(const json::object& item) {
  const std::string time = json_text(item.at("time")), contact = json_text(item.at("contact"));
  const std::string type = json_text(item.at("type")), what = timeline_text(item);
  const bool refused = json_text(item.at("outcome")) == "refused";
  if (!stdout_is_terminal()) {
    std::cout << time << "\t" << contact << "\t" << printable(type) << "\t" << (refused ? "refused" : "accepted")
              << "\t" << printable(what) << std::endl;
    return;
  }
  const std::string said = "  " + padded(contact, 8) + "  " + padded(printable(type), 22) + "  " + printable(what);
  const std::size_t left = terminal_columns() - std::min(terminal_columns(), columns_of(time));
  const std::string line(prefix_of_columns(said, left));
  std::cout << coloured(time, Colour::dim) << (refused ? coloured(line, Colour::red) : line) << std::endl;
}

class Tail {
 public:
  explicit Tail(const TailArguments& arguments) : arguments_(arguments), position_(arguments.from) {}

  Result<ExitCode> run() {
    auto api = arguments_.server.connect();
    if (!api) return api.error();
    const StopSignal stop([&] {
      api->interrupt();
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      changed_.notify_all();
    });
    bool connected = false;
    while (true) {
      const auto ended = follow(*api, connected);
      if (stop.came()) return interrupted();
      if (problem_) return *problem_;
      if (!std::cout) return ExitCode::done;  // run_program says so
      if (!ended && (!connected || ended.error().code != Errc::unreachable)) return ended.error();
      if (ended && arguments_.ends) return ExitCode::done;
      std::cerr << "rapport: the feed broke off; it goes on from " << position_ << "\n";
      if (wait_to_reconnect()) return interrupted();
    }
  }

 private:
  Result<void> follow(ApiClient& api, bool& connected) {
    EventStreamReader reader;
    return api.stream(target_of(arguments_, position_), [&](std::string_view piece) {
      connected = true;
      reader.feed(piece, [&](const StreamEvent& event) { take(event); });
      if (!reader.last_id().empty()) position_ = reader.last_id();
      return !problem_ && std::cout;
    });
  }

  void take(const StreamEvent& event) {
    if (event.name == "problem") {
      problem_ = error_of_problem(500, event.data);
    } else if (!event.data.empty() && arguments_.server.json) {
      std::cout << event.data << std::endl;
    } else if (!event.data.empty()) {
      print_item(parse_json_value(event.data).as_object());
    }
  }

  // True: interrupted meanwhile.
  bool wait_to_reconnect() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kReconnectAfter, [this] { return stopped_; });
  }

  ExitCode interrupted() const {
    if (!position_.empty()) std::cerr << "rapport: to go on: rapport tail --from " << position_ << "\n";
    return ExitCode::interrupted;
  }

  const TailArguments& arguments_;
  std::string position_;
  std::optional<Error> problem_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
};

}  // namespace

void add_tail_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<TailArguments>();
  CLI::App& command = *program.add_subcommand("tail", "What happens to contacts, as it happens");
  command.add_option("--where", arguments->where,
                     "Only of contacts like this: column|operator|value; may be given again");
  command.add_option("--type", arguments->types, "Only events of this type; may be given again");
  command.add_option("--contact", arguments->contacts, "Only of this contact, by id; may be given again");
  command.add_option("--changed", arguments->changed,
                     "Only what changes this: fields.email, tags.*; may be given again");
  command.add_option("--from", arguments->from, "Go on behind this position, or \"start\"; else from now on");
  command.add_flag("--no-follow", arguments->ends, "End with what there is now");
  command.footer("Ctrl-C says the --from that goes on where it stopped.");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return Tail(*arguments).run(); });
}

}  // namespace rapport

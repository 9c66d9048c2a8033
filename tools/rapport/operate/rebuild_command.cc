// rapport rebuild: fold the log anew beside the live rows, prove them equal, swap.
#include <algorithm>
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/operate/rebuild_watch.h"
#include "tools/rapport/terminal/confirm.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct RebuildArguments {
  ServerOptions server;
  std::uint64_t records_per_second = 0, from = 0, contact = 0;
  std::string member;  // of a group: this one alone; empty: all
  bool accept = false, detach = false;
};

std::string body_of(const RebuildArguments& arguments) {
  json::object body{{"recordsPerSecond", arguments.records_per_second}};
  if (arguments.from != 0) body["from"] = arguments.from;
  if (arguments.contact != 0) body["contact"] = arguments.contact;
  if (arguments.accept) body["accept"] = true;
  return json::serialize(body);
}

// Of all rows, and not a verification.
bool is_whole(const json::value& status) { return !status.at("verify").as_bool() && status.at("contact").is_null(); }

// Those that are under way, where they are what was asked for, or new ones: beside others the server says why not.
Result<RebuildsTold> start_or_join(ApiClient& api, const RebuildArguments& arguments) {
  auto newest = newest_rebuilds(api, arguments.member);
  if (!newest) return newest.error();
  std::vector<json::value>& running = newest->statuses;
  std::erase_if(running, is_rebuild_over);
  const bool is_whole_asked = arguments.from == 0 && arguments.contact == 0;
  if (!is_whole_asked || running.empty() || !std::all_of(running.begin(), running.end(), is_whole)) {
    return start_rebuilds(api, arguments.member, body_of(arguments));
  }
  for (json::value& status : running) {
    if (!arguments.accept) continue;
    auto told = tell_rebuild(api, status, "/accept");
    if (!told) return told.error();
    status = *std::move(told);
  }
  return newest;
}

// The live rows are of another fold version and differ: a person decides.
Result<json::value> decide(ApiClient& api, const json::value& status) {
  print_rebuild(status);
  if (!stdin_is_terminal() || !stderr_is_terminal()) {
    std::cerr << "it waits: rapport rebuild --accept swaps all the same\n";
    return status;
  }
  const auto yes = confirm("Swap all the same?", false);
  if (!yes) return yes.error();
  auto told = tell_rebuild(api, status, *yes ? "/accept" : "/cancel");
  if (!told) return told.error();
  return watch_rebuild(api, *std::move(told));
}

Result<void> follow(ApiClient& api, const RebuildArguments& arguments, RebuildsTold& told) {
  RAPPORT_TRY(watch_rebuilds(api, told));
  for (json::value& status : told.statuses) {
    if (!is_rebuild_waiting(status) || arguments.server.json) continue;
    auto decided = decide(api, status);
    if (!decided) return decided.error();
    status = *std::move(decided);
  }
  return {};
}

bool is_done(const RebuildArguments& arguments, const json::value& status) {
  const json::value& state = status.at("state");
  if (arguments.contact == 0) return state == "swapped";
  return state == "mended" || state == "verified";  // one whose rows were right has nothing to mend
}

Result<ExitCode> rebuild(const RebuildArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  auto told = start_or_join(*api, arguments);
  if (!told) return told.error();
  if (!arguments.detach) RAPPORT_TRY(follow(*api, arguments, *told));
  if (arguments.server.json) {
    std::cout << json::serialize(told->json()) << "\n";
  } else {
    for (const json::value& status : told->statuses) {
      if (!is_rebuild_waiting(status)) print_rebuild(status);
    }
    print_problems(*told);
  }
  const bool done = std::all_of(told->statuses.begin(), told->statuses.end(),
                                [&](const json::value& status) { return is_done(arguments, status); });
  return told->without_problem() && (arguments.detach || done) ? ExitCode::done : ExitCode::no;
}

}  // namespace

void add_rebuild_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<RebuildArguments>();
  CLI::App& command = *program.add_subcommand(
      "rebuild", "Fold the log anew beside the live rows, compare, and swap; exit 1 where they differ");
  command.footer(
      "Examples:\n"
      "  rapport rebuild                  the whole log; reads and writes go on meanwhile\n"
      "  rapport rebuild --one 42         contact 42 alone; its rows are mended in place\n"
      "  rapport rebuild --from 3         goes on with generation 3, kept on disk, from where it stands\n"
      "  rapport rebuild --from 3 --accept  the way back: swaps though the live rows differ\n");
  command.add_option("--records-per-second", arguments->records_per_second, "No faster than this; 0 is no limit");
  command.add_option("--one", arguments->contact, "Only this contact")->type_name("ID");
  command.add_option("--from", arguments->from, "Start at the position of this kept generation")->type_name("N");
  command.add_option("--member", arguments->member, "Of a group of instances this one alone")->type_name("HOST:PORT");
  command.add_flag("--accept", arguments->accept, "Swap even where the rows differ");
  command.add_flag("--detach", arguments->detach, "Start it and do not wait");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return rebuild(*arguments); });
}

}  // namespace rapport

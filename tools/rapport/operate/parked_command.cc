// rapport parked: records that could not be folded or moved, why, and what is done about them.
#include <functional>
#include <iostream>
#include <memory>

#include "engine/http/request_target.h"
#include "tools/rapport/api_change.h"
#include "tools/rapport/command.h"
#include "tools/rapport/publish/line_reader.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct ParkedArguments {
  ServerOptions server;
  ChangeOptions change;
  std::string position, state = "waiting", event_file;
};

std::string text_of(const json::value& record, const char* name) { return json_text(record.at(name)); }

std::string path_of(const std::string& position) { return "/v1/parked/" + percent_encode(position); }

Result<ExitCode> list(const ParkedArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  Table table({"POSITION", "STATE", "RECORDED", "ORIGIN", "REASON"});
  table.yielding({3});
  std::string cursor;
  do {
    const std::string behind = cursor.empty() ? "" : "&cursor=" + cursor;
    const auto page = api->get("/v1/parked?limit=500&state=" + percent_encode(arguments.state) + behind);
    if (!page) return page.error();
    for (const json::value& record : page->at("items").as_array()) {
      if (arguments.server.json) {
        std::cout << json::serialize(record) << "\n";
      } else {
        table.add({text_of(record, "position"), text_of(record, "state"), text_of(record, "recordedAt"),
                   text_of(record, "origin"), text_of(record, "reason")});
      }
    }
    cursor = page->at("next").is_null() ? "" : text_of(*page, "next");
  } while (!cursor.empty());
  if (!arguments.server.json) table.print();
  return ExitCode::done;
}

void show_record(const json::value& record) {
  Table table({"PARKED", "VALUE"});
  for (const char* name : {"position", "state", "recordedAt", "origin", "reason", "key", "raw"}) {
    table.add({name, text_of(record, name)});
  }
  table.print();
}

Result<ExitCode> show(const ParkedArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto record = api->get(path_of(arguments.position));
  if (!record) return record.error();
  if (arguments.server.json) {
    std::cout << json::serialize(*record) << "\n";
  } else {
    show_record(*record);
  }
  return ExitCode::done;
}

Result<ExitCode> decide(const ParkedArguments& arguments, const ApiChange& change) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  ChangeOptions options = arguments.change;
  options.json = arguments.server.json;
  const auto answer = send_change(*api, change, options);
  if (!answer) return answer.error();
  if (!*answer) return ExitCode::no;
  if (arguments.server.json) {
    std::cout << json::serialize(**answer) << "\n";
  } else {
    show_record((*answer)->at("parked"));
  }
  return ExitCode::done;
}

// Never empty: to the server that is no event, and it would publish the bytes that were parked.
Result<std::string> read_event(const std::string& file) {
  auto lines = LineReader::open(file);
  if (!lines) return lines.error();
  std::string event;
  while (true) {
    const auto line = lines->next();
    if (!line) return line.error();
    if (!*line) break;
    event.append((*line)->text).append("\n");
  }
  if (event.find_first_not_of(" \t\n") == std::string::npos) {
    return Error{Errc::invalid_argument, "holds no event", file};
  }
  return event;
}

Result<ExitCode> retry(const ParkedArguments& arguments) {
  ApiChange change{.target = path_of(arguments.position) + "/retry",
                   .question = "Publish what is parked at " + arguments.position + "?"};
  if (!arguments.event_file.empty()) {
    auto event = read_event(arguments.event_file);
    if (!event) return event.error();
    change.body = *std::move(event);
  }
  return decide(arguments, change);
}

Result<ExitCode> discard(const ParkedArguments& arguments) {
  return decide(arguments, {.target = path_of(arguments.position) + "/discard",
                            .question = "Give up what is parked at " + arguments.position + "?"});
}

}  // namespace

void add_parked_command(CLI::App& program, Run& run) {
  CLI::App& command = *program.add_subcommand("parked", "Records that were set aside: list, show, retry, discard");
  command.require_subcommand(1);
  const auto arguments = std::make_shared<ParkedArguments>();
  const auto add = [&](const char* name, const char* help, Result<ExitCode> (*body)(const ParkedArguments&)) {
    CLI::App& sub = *command.add_subcommand(name, help);
    add_server_options(sub, arguments->server);
    on_run(sub, run, [arguments, body] { return body(*arguments); });
    return &sub;
  };
  const auto with_position = [&](CLI::App* sub) {
    sub->add_option("position", arguments->position, "As `parked list` tells it")->required();
    return sub;
  };
  const auto with_asking = [&](CLI::App* sub) {
    add_change_options(*sub, arguments->change);
    sub->add_flag("--yes", arguments->change.yes, "Do not ask");
    return with_position(sub);
  };
  add("list", "Those that wait, with where they stood and why", list)
      ->add_option("--state", arguments->state, "waiting, retried, discarded or all")
      ->capture_default_str();
  with_position(add("show", "One, with its key and bytes in base64", show));
  with_asking(add("retry", "Publish it once more, as it is or corrected", retry))
      ->add_option("--event", arguments->event_file, "A file with the corrected event; - is stdin");
  with_asking(add("discard", "Give it up; it stays in the log and the list", discard));
}

}  // namespace rapport

// rapport parked: records that could not be folded or moved, and why.
#include <functional>
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct ParkedArguments {
  ServerOptions server;
  std::string position;
};

std::string text_of(const json::value& record, const char* name) { return record.at(name).as_string().c_str(); }

// Calls `each` with every parked record until it says that it has seen enough.
Result<void> each_parked(ApiClient& api, const std::function<bool(const json::value&)>& each) {
  std::string cursor;
  while (true) {
    const auto page = api.get("/v1/parked?limit=500" + (cursor.empty() ? "" : "&cursor=" + cursor));
    if (!page) return page.error();
    for (const json::value& record : page->at("items").as_array()) {
      if (!each(record)) return {};
    }
    if (page->at("next").is_null()) return {};
    cursor = text_of(*page, "next");
  }
}

Result<ExitCode> list(const ParkedArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  Table table({"POSITION", "RECORDED", "ORIGIN", "REASON"});
  RAPPORT_TRY(each_parked(*api, [&](const json::value& record) {
    if (arguments.server.json) {
      std::cout << json::serialize(record) << "\n";
    } else {
      table.add({text_of(record, "position"), text_of(record, "recordedAt"), text_of(record, "origin"),
                 text_of(record, "reason")});
    }
    return true;
  }));
  if (!arguments.server.json) table.print();
  return ExitCode::done;
}

Result<ExitCode> show(const ParkedArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  bool found = false;
  RAPPORT_TRY(each_parked(*api, [&](const json::value& record) {
    if (text_of(record, "position") != arguments.position) return true;
    found = true;
    if (arguments.server.json) {
      std::cout << json::serialize(record) << "\n";
      return false;
    }
    Table table({"PARKED", "VALUE"});
    for (const char* name : {"position", "recordedAt", "origin", "reason", "key", "raw"}) {
      table.add({name, text_of(record, name)});
    }
    table.print();
    return false;
  }));
  if (!found) return Error{Errc::not_found, "no record is parked at " + arguments.position};
  return ExitCode::done;
}

}  // namespace

void add_parked_command(CLI::App& program, Run& run) {
  CLI::App& command = *program.add_subcommand("parked", "Records that were set aside: list, show");
  command.require_subcommand(1);
  const auto arguments = std::make_shared<ParkedArguments>();
  CLI::App& listed = *command.add_subcommand("list", "All of them, with where they stood and why");
  add_server_options(listed, arguments->server);
  on_run(listed, run, [arguments] { return list(*arguments); });
  CLI::App& shown = *command.add_subcommand("show", "One, with its key and bytes in base64");
  shown.add_option("position", arguments->position, "As `parked list` tells it")->required();
  add_server_options(shown, arguments->server);
  on_run(shown, run, [arguments] { return show(*arguments); });
}

}  // namespace rapport

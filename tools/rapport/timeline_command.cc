// rapport timeline: what happened to a contact, drawn for reading.
#include <iostream>
#include <memory>

#include "engine/http/request_target.h"
#include "tools/rapport/command.h"
#include "tools/rapport/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct TimelineArguments {
  ServerOptions server;
  std::uint64_t id = 0;
  std::size_t limit = 50;
  bool oldest_first = false;
  std::vector<std::string> types;
};

std::string plain(const json::value& value) {
  if (value.is_string()) return value.get_string().c_str();
  return value.is_null() ? "-" : json::serialize(value);
}

// "email: - -> a@x.example", or what the event says.
std::string what_of(const json::object& item) {
  std::string out;
  for (const json::value& change : item.at("changes").as_array()) {
    if (!out.empty()) out += "; ";
    out += plain(change.at("path")) + ": " + plain(change.at("old")) + " -> " + plain(change.at("new"));
    if (!change.at("won").as_bool()) out += " (late, lost)";
  }
  if (!out.empty()) return out;
  const json::value& data = item.at("data");
  if (!data.is_object()) return plain(data);
  for (const auto& [key, value] : data.get_object()) {
    out += (out.empty() ? "" : " ") + std::string(key) + "=" + plain(value);
  }
  return out;
}

Result<ExitCode> timeline(const TimelineArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  Table table({"TIME", "TYPE", "SOURCE", "OUTCOME", "WHAT"});
  std::string cursor;
  for (std::size_t left = arguments.limit; left > 0;) {
    std::string target = "/v1/contacts/" + std::to_string(arguments.id) +
                         "/timeline?limit=" + std::to_string(std::min<std::size_t>(left, 500)) +
                         "&order=" + (arguments.oldest_first ? "asc" : "desc");
    for (const std::string& type : arguments.types) target += "&type=" + percent_encode(type);
    if (!cursor.empty()) target += "&cursor=" + cursor;
    const auto page = api->get(target);
    if (!page) return page.error();
    for (const json::value& item : page->at("items").as_array()) {
      --left;
      if (arguments.server.json) {
        std::cout << json::serialize(item) << "\n";
      } else {
        table.add({plain(item.at("time")), plain(item.at("type")), plain(item.at("source")), plain(item.at("outcome")),
                   what_of(item.as_object())});
      }
    }
    if (page->at("next").is_null()) break;
    cursor = plain(page->at("next"));
  }
  if (!arguments.server.json) table.print();
  return ExitCode::done;
}

}  // namespace

void add_timeline_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<TimelineArguments>();
  CLI::App& command = *program.add_subcommand("timeline", "What happened to a contact, newest first");
  command.add_option("id", arguments->id, "The contact's id")->required();
  command.add_option("--limit", arguments->limit, "How many events")->capture_default_str();
  command.add_option("--type", arguments->types, "Only events of this type; may be given again");
  command.add_flag("--oldest-first", arguments->oldest_first, "The other way round");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return timeline(*arguments); });
}

}  // namespace rapport

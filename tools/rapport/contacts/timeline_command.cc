// rapport timeline: what happened to a contact, drawn for reading.
#include <iostream>
#include <memory>

#include "engine/http/request_target.h"
#include "tools/rapport/command.h"
#include "tools/rapport/contacts/contact_address.h"
#include "tools/rapport/contacts/timeline_text.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/moment.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct TimelineArguments {
  ServerOptions server;
  std::string contact;  // find_contact's address
  std::size_t limit = 50;
  bool oldest_first = false;
  std::vector<std::string> types;
  std::string source, from, to, text;
};

constexpr std::size_t kPageMax = 500;

// The query but for limit and cursor.
Result<std::string> filters_of(const TimelineArguments& arguments) {
  std::string out = arguments.oldest_first ? "order=asc" : "order=desc";
  for (const std::string& type : arguments.types) out += "&type=" + percent_encode(type);
  if (!arguments.source.empty()) out += "&source=" + percent_encode(arguments.source);
  if (!arguments.text.empty()) out += "&q=" + percent_encode(arguments.text);
  const auto add_moment = [&](const std::string& name, const std::string& text) -> Result<void> {
    if (text.empty()) return {};
    const auto time = parse_moment(text, now_wall_clock());
    if (!time) return Error{time.error().code, time.error().detail, "--" + name};
    out += "&" + name + "=" + percent_encode(format_timestamp(*time));
    return {};
  };
  RAPPORT_TRY(add_moment("from", arguments.from));
  RAPPORT_TRY(add_moment("to", arguments.to));
  return out;
}

Result<ExitCode> timeline(const TimelineArguments& arguments) {
  const auto filters = filters_of(arguments);
  if (!filters) return filters.error();
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  Table table({"TIME", "TYPE", "SOURCE", "OUTCOME", "WHAT"});
  table.yielding({1});
  std::string cursor;
  for (std::size_t left = arguments.limit; left > 0;) {
    std::string target = "/v1/contacts/" + std::to_string(id->value) + "/timeline?" + *filters +
                         "&limit=" + std::to_string(std::min(left, kPageMax));
    if (!cursor.empty()) target += "&cursor=" + cursor;
    const auto page = api->get(target);
    if (!page) return page.error();
    for (const json::value& item : page->at("items").as_array()) {
      --left;
      if (arguments.server.json) {
        std::cout << json::serialize(item) << "\n";
      } else {
        const std::string outcome = json_text(item.at("outcome"));
        table.add({json_text(item.at("time")), json_text(item.at("type")), json_text(item.at("source")), outcome,
                   timeline_text(item.as_object())},
                  outcome == "refused" ? std::optional(Colour::red) : std::nullopt);
      }
    }
    if (page->at("next").is_null()) break;
    cursor = json_text(page->at("next"));
  }
  if (!arguments.server.json) table.print();
  return ExitCode::done;
}

}  // namespace

void add_timeline_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<TimelineArguments>();
  CLI::App& command = *program.add_subcommand("timeline", "What happened to a contact, newest first");
  command.add_option("contact", arguments->contact, "Its id, or an identity of it: web:ada")->required();
  command.add_option("--limit", arguments->limit, "How many events")->capture_default_str();
  command.add_option("--type", arguments->types, "Only events of this type; may be given again");
  command.add_option("--source", arguments->source, "Only events of this source");
  command.add_option("--from", arguments->from, "From this moment: RFC 3339, a date, or \"2h ago\"");
  command.add_option("--to", arguments->to, "Before this moment");
  command.add_option("-q,--text", arguments->text, "Only events that hold this text");
  command.add_flag("--oldest-first", arguments->oldest_first, "The other way round");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return timeline(*arguments); });
}

}  // namespace rapport

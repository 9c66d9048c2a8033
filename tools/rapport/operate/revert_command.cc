// rapport revert: what some events changed, taken back; first shown, then asked for.
#include <iostream>
#include <memory>
#include <thread>

#include "tools/rapport/command.h"
#include "tools/rapport/terminal/confirm.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/moment.h"
#include "tools/rapport/terminal/progress.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kPoll{50};

struct RevertArguments {
  ServerOptions server;
  std::vector<std::string> events;
  std::string source, source_prefix, correlation, since;
  std::string created = "leave";
  bool dry_run = false, yes = false;
};

Result<json::object> body_of(const RevertArguments& arguments) {
  json::object body{{"created", arguments.created}};
  if (!arguments.events.empty()) body["events"] = json::value_from(arguments.events);
  if (!arguments.source.empty()) body["source"] = arguments.source;
  if (!arguments.source_prefix.empty()) body["sourcePrefix"] = arguments.source_prefix;
  if (!arguments.correlation.empty()) body["correlationId"] = arguments.correlation;
  if (!arguments.since.empty()) {
    const auto since = parse_moment(arguments.since, now_wall_clock());
    if (!since) return Error{since.error().code, since.error().detail, "--since"};
    body["since"] = format_timestamp(*since);
  }
  return body;
}

std::uint64_t number(const json::value& status, const char* name) { return status.at(name).to_number<std::uint64_t>(); }

// Starts it and waits until it is over.
Result<json::value> run_to_end(ApiClient& api, const json::object& body, bool dry_run) {
  auto status = api.send(HttpMethod::post, dry_run ? "/v1/reverts?dry_run=1" : "/v1/reverts", json::serialize(body));
  if (!status) return status;
  const std::string target = "/v1/reverts/" + json_text(status->at("id"));
  Progress progress("rows", 0);
  while (status->at("ended").is_null()) {
    std::this_thread::sleep_for(kPoll);
    status = api.get(target);
    if (!status) return status;
    progress.at(number(*status, "rows"));
  }
  return status;
}

void print(const json::value& status) {
  const bool dry = status.at("dryRun").as_bool();
  std::cout << number(status, "events") << " events of " << number(status, "contacts")
            << " contacts: " << number(status, "changes") << (dry ? " changes to set back, " : " changes set back, ")
            << number(status, "conflicts") << " left because others wrote since, " << number(status, "kept")
            << " that hold no value stay; " << number(status, "created") << " contacts that only these events made, "
            << number(status, "removed") << (dry ? " to go; " : " gone; ") << number(status, "written")
            << (dry ? " events to write\n" : " events written\n");
  Table table({"CONTACT", "FIELD", "NOW", "THEN", "WHY NOT"});
  table.yielding({1, 2, 3});
  for (const json::value& item : status.at("items").as_array()) {
    const std::string contact = json_text(item.at("contact"));
    if (item.at("gone").as_bool()) table.add({contact, "-", "-", "-", "the contact is deleted or erased"});
    if (item.at("created").as_bool()) {
      table.add({contact, "-", "made by these events", item.at("removed").as_bool() ? "gone" : "left", "-"});
    }
    for (const json::value& change : item.at("changes").as_array()) {
      table.add({contact, json_text(change.at("path")), json_text(change.at("now")), json_text(change.at("then")),
                 json_text(item.at("refused"))});
    }
    for (const json::value& conflict : item.at("conflicts").as_array()) {
      table.add({contact, json_text(conflict.at("path")), json_text(conflict.at("value")), "left",
                 json_text(conflict.at("source")) + " wrote it at " + json_text(conflict.at("time"))});
    }
  }
  table.print();
  if (!dry && number(status, "written") > 0) {
    std::cerr << "rapport revert --correlation " << json_text(status.at("id")) << "   brings it back\n";
  }
}

Result<ExitCode> ended(const RevertArguments& arguments, const json::value& status) {
  if (arguments.server.json) {
    std::cout << json::serialize(status) << "\n";
  } else {
    print(status);
  }
  if (!status.at("error").is_null()) {
    std::cerr << "rapport: " << json_text(status.at("error")) << "\n";
    return ExitCode::refused;
  }
  if (const auto refused = number(status, "refused"); refused > 0) {
    std::cerr << refused << " contacts have moved on meanwhile: run it again\n";
    return ExitCode::refused;
  }
  // Nothing of what was asked for is there.
  return number(status, "events") == 0 || status.at("state") != "done" ? ExitCode::no : ExitCode::done;
}

Result<ExitCode> revert(const RevertArguments& arguments) {
  const auto body = body_of(arguments);
  if (!body) return body.error();
  auto api = arguments.server.connect();
  if (!api) return api.error();
  if (arguments.dry_run || !arguments.yes) {
    const auto shown = run_to_end(*api, *body, true);
    if (!shown) return shown.error();
    if (arguments.dry_run) return ended(arguments, *shown);
    if (number(*shown, "written") == 0) return ended(arguments, *shown);
    print(*shown);
    const auto sure = confirm("Take this back?", false);
    if (!sure) return sure.error();
    if (!*sure) return ExitCode::no;
  }
  const auto done = run_to_end(*api, *body, false);
  if (!done) return done.error();
  return ended(arguments, *done);
}

}  // namespace

void add_revert_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<RevertArguments>();
  CLI::App& command = *program.add_subcommand("revert", "Take back what an import, or single events, changed");
  CLI::Option_group& choice = *command.add_option_group("what");
  choice.add_option("--event", arguments->events, "An event's position, as a timeline shows it; may be given again");
  choice.add_option("--source", arguments->source, "All that this source wrote");
  choice.add_option("--source-prefix", arguments->source_prefix, "All that sources beginning so wrote");
  choice.add_option("--correlation", arguments->correlation,
                    "All with this correlationid: a revert's id brings it back");
  choice.require_option(1);
  command.add_option("--since", arguments->since, "Only what was recorded since then: a time, or \"2h ago\"");
  command.add_option("--created", arguments->created, "Contacts that only these events made: leave, archive or delete")
      ->check(CLI::IsMember({"leave", "archive", "delete"}))
      ->capture_default_str();
  command.add_flag("--dry-run", arguments->dry_run, "Write nothing: show each difference and conflict");
  command.add_flag("--yes", arguments->yes, "Do not show and ask first");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return revert(*arguments); });
}

}  // namespace rapport

// rapport diff ID --from A --to B: what changed between two moments, and which events did it.
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/contacts/as_of_text.h"
#include "tools/rapport/contacts/contact_address.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct DiffArguments {
  ServerOptions server;
  std::string contact;  // find_contact's address
  std::string from, to;
};

Result<ExitCode> diff(const DiffArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  std::string target = "/v1/contacts/" + std::to_string(id->value) + "/diff?from=" + as_of_parameter(arguments.from);
  if (!arguments.to.empty()) target += "&to=" + as_of_parameter(arguments.to);
  const auto answer = api->get(target);
  if (!answer) return answer.error();
  if (arguments.server.json) {
    std::cout << json::serialize(*answer) << "\n";
    return ExitCode::done;
  }
  Table table({"FIELD", "OLD", "NEW", "TIME", "SOURCE", "ACTOR", "TYPE", "EVENTS"});
  table.yielding({1, 2, 6});
  for (const json::value& change : answer->at("changes").as_array()) {
    const json::value& decided = change.at("causes").at(0);
    table.add({json_text(change.at("path")), json_text(change.at("old")), json_text(change.at("new")),
               json_text(decided.at("time")), json_text(decided.at("source")), json_text(decided.at("actor")),
               json_text(decided.at("type")), json_text(change.at("causeCount"))});
  }
  table.print();
  return ExitCode::done;
}

}  // namespace

void add_diff_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<DiffArguments>();
  CLI::App& command = *program.add_subcommand("diff", "What changed between two moments, and by which events");
  command.add_option("contact", arguments->contact, "Its id, or an identity of it: web:ada")->required();
  const char* kMoment = "A time, \"2h ago\", a position, or a version like v17";
  command.add_option("--from", arguments->from, kMoment)->required();
  command.add_option("--to", arguments->to, "The same; now where it is left out");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return diff(*arguments); });
}

}  // namespace rapport

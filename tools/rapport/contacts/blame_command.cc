// rapport blame ID [FIELD]: of each field, tag and flag, the write that it holds and those that it overrode or beat.
#include <iostream>
#include <memory>

#include "engine/http/request_target.h"
#include "tools/rapport/command.h"
#include "tools/rapport/contacts/contact_address.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct BlameArguments {
  ServerOptions server;
  std::string contact;  // find_contact's address
  std::string field;
};

void add_rows(Table& table, const json::value& blame) {
  bool holds = true;
  for (const json::value& write : blame.at("writes").as_array()) {
    table.add({holds ? json_text(blame.at("path")) : "", json_text(write.at("value")), json_text(write.at("rule")),
               json_text(write.at("contact")), json_text(write.at("time")), json_text(write.at("source")),
               json_text(write.at("actor")), json_text(write.at("type")), json_text(write.at("position"))});
    holds = false;
  }
}

Result<ExitCode> blame(const BlameArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  std::string target = "/v1/contacts/" + std::to_string(id->value) + "/blame";
  if (!arguments.field.empty()) target += "?field=" + percent_encode(arguments.field);
  const auto answer = api->get(target);
  if (!answer) return answer.error();
  const json::array& items = answer->at("items").as_array();
  Table table({"FIELD", "VALUE", "RULE", "CONTACT", "TIME", "SOURCE", "ACTOR", "TYPE", "POSITION"});
  table.yielding({1, 5}).droppable({8, 3, 7, 6});
  for (const json::value& item : items) {
    if (arguments.server.json) {
      std::cout << json::serialize(item) << "\n";
    } else {
      add_rows(table, item);
    }
  }
  if (!arguments.server.json) table.print();
  // Asked for one that nothing ever wrote.
  return items.empty() && !arguments.field.empty() ? ExitCode::no : ExitCode::done;
}

}  // namespace

void add_blame_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<BlameArguments>();
  CLI::App& command = *program.add_subcommand("blame", "Which event set each field, and what it overrode");
  command.add_option("contact", arguments->contact, "Its id, or an identity of it: web:ada")->required();
  command.add_option("field", arguments->field, "Only this one: email, tags.vip, companyId, archived, blocked");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return blame(*arguments); });
}

}  // namespace rapport

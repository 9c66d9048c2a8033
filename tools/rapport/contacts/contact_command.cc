// rapport contact get and list; contact_change_command.cc has what changes one.
#include <iostream>
#include <memory>

#include "engine/http/request_target.h"
#include "tools/rapport/command.h"
#include "tools/rapport/contacts/as_of_text.h"
#include "tools/rapport/contacts/contact_address.h"
#include "tools/rapport/contacts/contact_card.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

std::string at_least_one(const std::string& text) {
  return text == "0" || text.starts_with('-') ? "is a number from 1" : "";
}

struct ContactArguments {
  ServerOptions server;
  std::string contact;  // find_contact's address
  std::vector<std::string> where;
  std::string order, search;
  std::size_t limit = 50;
  bool all = false, explain = false, html = false;
  std::string as_of;
};

constexpr std::size_t kPageMax = 500;

Result<ExitCode> get(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  const std::string when = arguments.as_of.empty() ? "" : "?as_of=" + as_of_parameter(arguments.as_of);
  const auto contact = api->get(contact_path(*id) + when);
  if (!contact) return contact.error();
  show_contact(*contact, arguments.server.json);
  return ExitCode::done;
}

std::string list_query(const ContactArguments& arguments) {
  std::string query;
  for (const std::string& clause : arguments.where) query += "&where=" + percent_encode(clause);
  if (!arguments.search.empty()) query += "&search=" + percent_encode(arguments.search);
  if (!arguments.order.empty()) query += "&order=" + percent_encode(arguments.order);
  if (!arguments.as_of.empty()) query += "&as_of=" + as_of_parameter(arguments.as_of);
  if (arguments.explain) query += "&explain=1";
  return query;
}

void add_row(Table& table, const json::value& item) {
  const json::object& fields = item.at("fields").as_object();
  table.add({json_text(item.at("id")), json_text(fields, "name"), json_text(fields, "email"),
             json_text(item.at("lastSeen")), json_text(item.at("counters").at("events")), json_text(item.at("tags"))});
}

// To stderr: stdout is the contacts.
void tell_page(const ContactArguments& arguments, const json::value& page, std::size_t shown) {
  if (arguments.explain) std::cerr << "explain: " << json::serialize(page.at("explain")) << "\n";
  if (shown > 0 && !page.at("next").is_null() && !arguments.server.json) {
    std::cerr << shown << " of " << json_text(page.at("total")) << " contacts; --all shows the rest\n";
  }
}

Result<ExitCode> list(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  Table table({"ID", "NAME", "EMAIL", "LAST SEEN", "EVENTS", "TAGS"});
  table.yielding({1, 2});
  const std::string query = list_query(arguments);
  std::string cursor;
  std::size_t shown = 0;
  for (;;) {
    const std::size_t left = arguments.all ? kPageMax : arguments.limit - shown;
    std::string target = "/v1/contacts?limit=" + std::to_string(std::min(left, kPageMax)) + query;
    if (!cursor.empty()) target += "&cursor=" + cursor;
    const auto page = api->get(target);
    if (!page) return page.error();
    for (const json::value& item : page->at("items").as_array()) {
      ++shown;
      if (arguments.server.json) {
        std::cout << json::serialize(item) << "\n";
      } else {
        add_row(table, item);
      }
    }
    const bool done = page->at("next").is_null() || (!arguments.all && shown >= arguments.limit);
    tell_page(arguments, *page, done ? shown : 0);
    if (done) break;
    cursor = json_text(page->at("next"));
  }
  if (!arguments.server.json) table.print();
  return ExitCode::done;
}

// As the server gives it, byte for byte: a contact may have more events than fit in memory here.
Result<ExitCode> export_contact(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  const std::string format = arguments.html ? "?format=html" : "";
  RAPPORT_TRY(api->stream(contact_path(*id) + "/export" + format, [](std::string_view bytes) {
    std::cout << bytes;
    return static_cast<bool>(std::cout);
  }));
  if (!arguments.html) std::cout << "\n";
  return ExitCode::done;
}

}  // namespace

void add_contact_command(CLI::App& program, Run& run) {
  CLI::App& command = *program.add_subcommand("contact", "Read and change contacts");
  command.require_subcommand(1);
  const auto arguments = std::make_shared<ContactArguments>();
  const auto add = [&](const char* name, const char* help, Result<ExitCode> (*body)(const ContactArguments&)) {
    CLI::App& sub = *command.add_subcommand(name, help);
    add_server_options(sub, arguments->server);
    on_run(sub, run, [arguments, body] { return body(*arguments); });
    return &sub;
  };
  const auto with_id = [&](CLI::App* sub) {
    sub->add_option("contact", arguments->contact, "Its id, or an identity of it: web:ada")->required();
    return sub;
  };
  with_id(add("get", "One contact as it stands, or stood", get))
      ->add_option("--as-of", arguments->as_of, "A time, \"2h ago\", a position, or a version like v17");
  with_id(add("export", "Everything that is known of a contact, and everything that happened", export_contact))
      ->add_flag("--html", arguments->html, "As a page to read, instead of JSON");
  CLI::App* listed = add("list", "Contacts, by id or in the order asked for", list);
  CLI::Option* limit = listed->add_option("--limit", arguments->limit, "How many")
                           ->capture_default_str()
                           ->check(CLI::Validator(at_least_one, ""));
  listed->add_flag("--all", arguments->all, "Every one, page by page, as they stand at one moment")->excludes(limit);
  listed
      ->add_option("--where", arguments->where,
                   "'fields.city|eq|Oslo', 'tags|in|vip,lead', 'lastSeen|gte|2026-01-01'; given again, all must hold")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  listed->add_option("--search", arguments->search, "Words of name, email, phone and tags, or how they begin");
  listed->add_option("--order", arguments->order, "'lastSeen|desc', 'fields.name'");
  listed->add_option("--as-of", arguments->as_of, "Who it was then: a time, \"2h ago\", or a list's position");
  listed->add_flag("--explain", arguments->explain, "Which index answered, and what it read, on stderr");
  add_contact_changes(command, run);
}

}  // namespace rapport

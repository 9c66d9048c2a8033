// rapport contact: the contact API from a shell.
#include <iostream>
#include <memory>

#include "engine/http/request_target.h"
#include "events/text.h"
#include "tools/rapport/as_of_text.h"
#include "tools/rapport/command.h"
#include "tools/rapport/confirm.h"
#include "tools/rapport/contact_address.h"
#include "tools/rapport/json_text.h"
#include "tools/rapport/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct ContactArguments {
  ServerOptions server;
  std::string contact;  // find_contact's address
  std::vector<std::string> assignments, tags;
  std::vector<std::string> where;
  std::string order, search;
  std::size_t limit = 50;
  bool all = false, explain = false;
  std::optional<std::uint64_t> if_version;
  bool yes = false;
  std::string as_of, into;
  bool dry_run = false;
};

constexpr std::size_t kPageMax = 500;

std::string contact_path(ContactId id) { return "/v1/contacts/" + std::to_string(id.value); }

void print_contact(const json::object& contact) {
  Table table({"FIELD", "VALUE"});
  for (const char* name :
       {"id", "version", "status", "dateCreated", "dateUpdated", "firstSeen", "lastSeen", "companyId"}) {
    table.add({name, json_text(contact.at(name))});
  }
  table.add({"tags", json_text(contact.at("tags"))});
  for (const char* name : {"blocked", "mergedInto", "members"}) {
    // What most contacts have not.
    if (const std::string value = json_text(contact, name); value != "-") table.add({name, value});
  }
  for (const auto& [key, value] : contact.at("fields").as_object())
    table.add({"fields." + std::string(key), json_text(value)});
  for (const auto& [key, value] : contact.at("client").as_object()) table.add({std::string(key), json_text(value)});
  for (const json::value& identity : contact.at("identities").as_array()) {
    table.add({"identity", json_text(identity.at("channel")) + ":" + json_text(identity.at("externalId"))});
  }
  for (const auto& [key, value] : contact.at("counters").as_object())
    table.add({"counters." + std::string(key), json_text(value)});
  table.print();
}

void show(const ContactArguments& arguments, const json::value& contact) {
  if (arguments.server.json) {
    std::cout << json::serialize(contact) << "\n";
  } else {
    print_contact(contact.as_object());
  }
}

Result<ExitCode> get(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  const std::string when = arguments.as_of.empty() ? "" : "?as_of=" + as_of_parameter(arguments.as_of);
  const auto contact = api->get(contact_path(*id) + when);
  if (!contact) return contact.error();
  show(arguments, *contact);
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

// name=Ada is text, age:=42 is JSON, name= removes.
Result<json::object> fields_of(const std::vector<std::string>& assignments) {
  json::object fields;
  for (const std::string& text : assignments) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || text.starts_with(":=")) {
      return Error{Errc::invalid_argument, quote(text) + " is not like name=Ada or age:=42", "fields"};
    }
    const bool as_json = text[equals - 1] == ':';
    const std::string key = text.substr(0, equals - (as_json ? 1 : 0)), value = text.substr(equals + 1);
    if (!as_json) {
      fields[key] = value.empty() ? json::value() : json::value(value);
      continue;
    }
    boost::system::error_code malformed;
    fields[key] = json::parse(value, malformed);
    if (malformed) return Error{Errc::invalid_argument, quote(value) + " is not JSON", key};
  }
  return fields;
}

// Sends a change of the contact, or of the version of it that is meant, and shows what it made.
Result<ExitCode> change(const ContactArguments& arguments, HttpMethod method, const std::string& suffix,
                        const json::object& body) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  HttpHeaders headers;
  if (arguments.if_version) headers.add("If-Match", "\"" + std::to_string(*arguments.if_version) + "\"");
  const auto contact =
      api->send(method, contact_path(*id) + suffix, json::serialize(body), "application/json", std::move(headers));
  if (!contact) return contact.error();
  show(arguments, *contact);
  return ExitCode::done;
}

Result<ExitCode> create(const ContactArguments& arguments) {
  const auto fields = fields_of(arguments.assignments);
  if (!fields) return fields.error();
  json::object body{{"fields", *fields}};
  if (!arguments.tags.empty()) body["tags"] = json::value_from(arguments.tags);
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto contact = api->send(HttpMethod::post, "/v1/contacts", json::serialize(body));
  if (!contact) return contact.error();
  show(arguments, *contact);
  return ExitCode::done;
}

Result<ExitCode> set(const ContactArguments& arguments) {
  const auto fields = fields_of(arguments.assignments);
  if (!fields) return fields.error();
  return change(arguments, HttpMethod::patch, "", {{"fields", *fields}});
}

Result<ExitCode> tag(const ContactArguments& arguments) {
  json::array add, remove;
  for (const std::string& text : arguments.tags) {
    const bool removed = text.starts_with('^');
    const std::string name = removed || text.starts_with('+') ? text.substr(1) : text;
    if (name.empty()) return Error{Errc::invalid_argument, quote(text) + " names no tag", "tags"};
    (removed ? remove : add).emplace_back(name);
  }
  json::object body;
  if (!add.empty()) body["add"] = add;
  if (!remove.empty()) body["remove"] = remove;
  return change(arguments, HttpMethod::post, "/tags", body);
}

Result<ExitCode> archive(const ContactArguments& arguments) {
  return change(arguments, HttpMethod::post, "/archive", {});
}

Result<ExitCode> unarchive(const ContactArguments& arguments) {
  return change(arguments, HttpMethod::post, "/unarchive", {});
}

// Of a dry run, the contact as it would be; with --json the events too.
Result<ExitCode> change_link(const ContactArguments& arguments, ApiClient& api, const char* verb,
                             const json::object& body) {
  const auto id = find_contact(api, arguments.contact);
  if (!id) return id.error();
  const std::string target = contact_path(*id) + verb + (arguments.dry_run ? "?dry_run=1" : "");
  const auto answer = api.send(HttpMethod::post, target, json::serialize(body));
  if (!answer) return answer.error();
  const bool whole = !arguments.dry_run || arguments.server.json;
  show(arguments, whole ? *answer : answer->at("answer"));
  return ExitCode::done;
}

Result<ExitCode> merge(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto into = find_contact(*api, arguments.into);
  if (!into) return into.error();
  return change_link(arguments, *api, "/merge", {{"into", into->value}});
}

Result<ExitCode> unmerge(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  return change_link(arguments, *api, "/unmerge", {});
}

Result<ExitCode> remove(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto id = find_contact(*api, arguments.contact);
  if (!id) return id.error();
  const std::string name = "contact " + std::to_string(id->value);
  const auto sure = confirm("Delete " + name + "? Reads answer 410 from then on; its log stays.", arguments.yes);
  if (!sure) return sure.error();
  if (!*sure) return ExitCode::no;
  const auto gone = api->send(HttpMethod::delete_, contact_path(*id), "");
  if (!gone) return gone.error();
  if (arguments.server.json) {
    std::cout << json::serialize(*gone) << "\n";
  } else {
    std::cout << name << " is deleted; its log stays\n";
  }
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
  const auto with_version = [&](CLI::App* sub) {
    sub->add_option("--if-version", arguments->if_version, "Only where the contact is still at this version");
    return sub;
  };
  constexpr const char* kFieldHelp = "name=Ada sets text, age:=42 sets JSON, name= removes";

  with_id(add("get", "One contact as it stands, or stood", get))
      ->add_option("--as-of", arguments->as_of, "A time, \"2h ago\", a position, or a version like v17");
  CLI::App* listed = add("list", "Contacts, by id or in the order asked for", list);
  CLI::Option* limit =
      listed->add_option("--limit", arguments->limit, "How many")->capture_default_str()->check(CLI::PositiveNumber);
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
  CLI::App* created = add("create", "A new contact", create);
  created->add_option("fields", arguments->assignments, kFieldHelp)->required();
  created->add_option("--tag", arguments->tags, "A tag; may be given again");
  with_version(with_id(add("set", "Set or remove fields", set)))
      ->add_option("fields", arguments->assignments, kFieldHelp)
      ->required();
  with_version(with_id(add("tag", "Add and remove tags: tag 42 vip ^lead", tag)))
      ->add_option("tags", arguments->tags, "vip or +vip adds, ^vip removes")
      ->required();
  with_version(with_id(add("archive", "Put a contact aside", archive)));
  with_version(with_id(add("unarchive", "Take it back", unarchive)));
  constexpr const char* kDryRunHelp = "Write nothing: show what it would come to";
  CLI::App* merged = with_id(add("merge", "Merge a contact into another; unmerge takes it back", merge));
  merged->add_option("into", arguments->into, "The contact that it is merged into, named the same way")->required();
  merged->add_flag("--dry-run", arguments->dry_run, kDryRunHelp);
  with_id(add("unmerge", "Give a merged contact back its own", unmerge))
      ->add_flag("--dry-run", arguments->dry_run, kDryRunHelp);
  with_id(add("delete", "Delete a contact; its log stays", remove))->add_flag("--yes", arguments->yes, "Do not ask");
}

}  // namespace rapport

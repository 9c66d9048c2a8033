// rapport contact: the contact API from a shell.
#include <iostream>
#include <memory>

#include "engine/http/request_target.h"
#include "tools/rapport/command.h"
#include "tools/rapport/table.h"
#include "tools/rapport/terminal.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct ContactArguments {
  ServerOptions server;
  std::uint64_t id = 0;
  std::vector<std::string> assignments, tags;
  std::vector<std::string> where;
  std::string order;
  std::size_t limit = 50;
  std::optional<std::uint64_t> if_match;
};

std::string contact_path(const ContactArguments& arguments) { return "/v1/contacts/" + std::to_string(arguments.id); }

std::string plain(const json::value& value) {
  if (value.is_string()) return value.get_string().c_str();
  if (value.is_null()) return "-";
  return json::serialize(value);
}

std::string joined(const json::array& items) {
  std::string out;
  for (const json::value& item : items) out += (out.empty() ? "" : ", ") + plain(item);
  return out.empty() ? "-" : out;
}

void print_contact(const json::object& contact) {
  Table table({"FIELD", "VALUE"});
  for (const char* name :
       {"id", "version", "status", "dateCreated", "dateUpdated", "firstSeen", "lastSeen", "companyId"}) {
    table.add({name, plain(contact.at(name))});
  }
  table.add({"tags", joined(contact.at("tags").as_array())});
  for (const auto& [key, value] : contact.at("fields").as_object())
    table.add({"fields." + std::string(key), plain(value)});
  for (const auto& [key, value] : contact.at("client").as_object()) table.add({std::string(key), plain(value)});
  for (const json::value& identity : contact.at("identities").as_array()) {
    table.add({"identity", plain(identity.at("channel")) + ":" + plain(identity.at("externalId"))});
  }
  for (const auto& [key, value] : contact.at("counters").as_object())
    table.add({"counters." + std::string(key), plain(value)});
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
  const auto contact = api->get(contact_path(arguments));
  if (!contact) return contact.error();
  show(arguments, *contact);
  return ExitCode::done;
}

Result<ExitCode> list(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  Table table({"ID", "NAME", "EMAIL", "LAST SEEN", "EVENTS", "TAGS"});
  std::string query, cursor;
  for (const std::string& clause : arguments.where) query += "&where=" + percent_encode(clause);
  if (!arguments.order.empty()) query += "&order=" + percent_encode(arguments.order);
  for (std::size_t left = arguments.limit; left > 0;) {
    std::string target = "/v1/contacts?limit=" + std::to_string(std::min<std::size_t>(left, 500)) + query;
    if (!cursor.empty()) target += "&cursor=" + cursor;
    const auto page = api->get(target);
    if (!page) return page.error();
    for (const json::value& item : page->at("items").as_array()) {
      --left;
      if (arguments.server.json) {
        std::cout << json::serialize(item) << "\n";
        continue;
      }
      const json::object& fields = item.at("fields").as_object();
      const auto field = [&](const char* name) { return fields.contains(name) ? plain(fields.at(name)) : "-"; };
      table.add({plain(item.at("id")), field("name"), field("email"), plain(item.at("lastSeen")),
                 plain(item.at("counters").at("events")), joined(item.at("tags").as_array())});
    }
    if (page->at("next").is_null()) break;
    cursor = plain(page->at("next"));
  }
  if (!arguments.server.json) table.print();
  return ExitCode::done;
}

// name=Ada is text, age:=42 is JSON, name= removes.
Result<json::object> fields_of(const std::vector<std::string>& assignments) {
  json::object fields;
  for (const std::string& text : assignments) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{Errc::invalid_argument, "\"" + text + "\" is not like name=Ada or age:=42"};
    }
    const bool as_json = text[equals - 1] == ':';
    const std::string key = text.substr(0, equals - (as_json ? 1 : 0)), value = text.substr(equals + 1);
    if (!as_json) {
      fields[key] = value.empty() ? json::value() : json::value(value);
      continue;
    }
    boost::system::error_code malformed;
    fields[key] = json::parse(value, malformed);
    if (malformed) return Error{Errc::invalid_argument, "\"" + value + "\" is not JSON", key};
  }
  return fields;
}

Result<ExitCode> write(const ContactArguments& arguments, HttpMethod method, const std::string& target,
                       const json::object& body) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto contact = api->send(method, target, json::serialize(body));
  if (!contact) return contact.error();
  show(arguments, *contact);
  return ExitCode::done;
}

Result<ExitCode> create(const ContactArguments& arguments) {
  const auto fields = fields_of(arguments.assignments);
  if (!fields) return fields.error();
  json::object body{{"fields", *fields}};
  if (!arguments.tags.empty()) body["tags"] = json::value_from(arguments.tags);
  return write(arguments, HttpMethod::post, "/v1/contacts", body);
}

Result<ExitCode> set(const ContactArguments& arguments) {
  const auto fields = fields_of(arguments.assignments);
  if (!fields) return fields.error();
  return write(arguments, HttpMethod::patch, contact_path(arguments), {{"fields", *fields}});
}

Result<ExitCode> tag(const ContactArguments& arguments) {
  json::array add, remove;
  for (const std::string& text : arguments.tags) {
    const bool removed = text.starts_with('-') || text.starts_with('^');
    const std::string name = removed || text.starts_with('+') ? text.substr(1) : text;
    if (name.empty()) return Error{Errc::invalid_argument, "\"" + text + "\" names no tag"};
    (removed ? remove : add).emplace_back(name);
  }
  json::object body;
  if (!add.empty()) body["add"] = add;
  if (!remove.empty()) body["remove"] = remove;
  return write(arguments, HttpMethod::post, contact_path(arguments) + "/tags", body);
}

Result<ExitCode> archive(const ContactArguments& arguments) {
  return write(arguments, HttpMethod::post, contact_path(arguments) + "/archive", {});
}

Result<ExitCode> remove(const ContactArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto gone = api->send(HttpMethod::delete_, contact_path(arguments), "");
  if (!gone) return gone.error();
  if (arguments.server.json) {
    std::cout << json::serialize(*gone) << "\n";
  } else {
    std::cout << "contact " << arguments.id << " is deleted; its log stays\n";
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
    sub->add_option("id", arguments->id, "The contact's id")->required();
    return sub;
  };
  const char* kFieldHelp = "name=Ada sets text, age:=42 sets JSON, name= removes";

  with_id(add("get", "One contact as it stands", get));
  CLI::App* listed = add("list", "Contacts, by id or in the order asked for", list);
  listed->add_option("--limit", arguments->limit, "How many")->capture_default_str();
  listed
      ->add_option("--where", arguments->where,
                   "'fields.city|eq|Oslo', 'tags|in|vip,lead', 'lastSeen|gte|2026-01-01'; given again, all must hold")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  listed->add_option("--order", arguments->order, "'lastSeen|desc', 'fields.name'");
  CLI::App* created = add("create", "A new contact", create);
  created->add_option("fields", arguments->assignments, kFieldHelp)->required();
  created->add_option("--tag", arguments->tags, "A tag; may be given again");
  with_id(add("set", "Set or remove fields", set))
      ->add_option("fields", arguments->assignments, kFieldHelp)
      ->required();
  with_id(add("tag", "Add and remove tags: tag 42 vip ^lead", tag))
      ->add_option("tags", arguments->tags, "vip or +vip adds, ^vip removes")
      ->required();
  with_id(add("archive", "Archive a contact", archive));
  with_id(add("delete", "Delete a contact; its log stays", remove));
}

}  // namespace rapport

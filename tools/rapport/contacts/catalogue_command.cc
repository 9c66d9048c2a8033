// rapport company, tag, attribute and case: what contacts refer to. Written through the compatible API's calls, whose
// answers stand in {"data":...}.
#include <iostream>
#include <memory>

#include "engine/http/request_target.h"
#include "events/ids.h"
#include "events/payload.h"
#include "events/text.h"
#include "tools/rapport/api_change.h"
#include "tools/rapport/command.h"
#include "tools/rapport/contacts/assignments.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr const char* kCompanies = "/api/v1/crm/objects/company";
constexpr const char* kTags = "/api/v1/crm/tag";
constexpr const char* kAttributes = "/api/v1/crm/objects/object-field";
constexpr const char* kCases = "/api/v1/crm/objects/case";

struct CatalogueArguments {
  ServerOptions server;
  ChangeOptions change;
  std::string id, name, color, object = "contact", key, type = "text", label, contact;
  std::vector<std::string> assignments, types, options;
  bool required = false, indexed = false;
};

// Rows of an answer's items: each column is a member, "fields.name" one within another.
void print_items(const json::array& items, const std::vector<std::string>& columns, bool as_json) {
  std::vector<std::string> heads;
  for (const std::string& column : columns) {
    heads.push_back(column.substr(column.rfind('.') + 1));
    for (char& c : heads.back()) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  Table table(heads);
  for (const json::value& item : items) {
    if (as_json) {
      std::cout << json::serialize(item) << "\n";
      continue;
    }
    std::vector<std::string> cells;
    for (const std::string& column : columns) {
      const auto dot = column.find('.');
      const json::object& whole = item.as_object();
      cells.push_back(dot == std::string::npos
                          ? json_text(whole, column)
                          : json_text(whole.at(column.substr(0, dot)).as_object(), column.substr(dot + 1)));
    }
    table.add(std::move(cells));
  }
  if (!as_json) table.print();
}

// All pages of a native list.
Result<ExitCode> list_all(const CatalogueArguments& arguments, const std::string& path,
                          const std::vector<std::string>& columns) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  json::array items;
  std::string cursor;
  do {
    const auto page = api->get(path + (cursor.empty() ? "" : "?cursor=" + cursor));
    if (!page) return page.error();
    for (const json::value& item : page->at("items").as_array()) items.push_back(item);
    const json::value* next = page->as_object().if_contains("next");
    cursor = next == nullptr || next->is_null() ? "" : json::value_to<std::string>(*next);
  } while (!cursor.empty());
  print_items(items, columns, arguments.server.json);
  return ExitCode::done;
}

Result<ExitCode> change(const CatalogueArguments& arguments, const ApiChange& wanted) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  ChangeOptions options = arguments.change;
  options.json = arguments.server.json;
  const auto answer = send_change(*api, wanted, options);
  if (!answer) return answer.error();
  if (!*answer) return ExitCode::no;
  const json::object& document = (*answer)->as_object();
  const json::value* data = document.if_contains("data");
  std::cout << json::serialize(data == nullptr ? **answer : *data) << "\n";
  return ExitCode::done;
}

std::string path_of(const char* all, const CatalogueArguments& arguments) {
  return std::string(all) + "/" + percent_encode(arguments.id);
}

Result<ExitCode> list_companies(const CatalogueArguments& arguments) {
  return list_all(arguments, "/v1/companies", {"id", "fields.name", "fields.website", "dateCreated", "dateUpdated"});
}

Result<ExitCode> get_company(const CatalogueArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto company = api->get("/v1/companies/" + percent_encode(arguments.id));
  if (!company) return company.error();
  if (arguments.server.json) {
    std::cout << json::serialize(*company) << "\n";
    return ExitCode::done;
  }
  Table table({"FIELD", "VALUE"});
  for (const char* name : {"id", "version", "dateCreated", "dateUpdated"}) {
    table.add({name, json_text(company->at(name))});
  }
  for (const auto& [key, value] : company->at("fields").as_object()) {
    table.add({"fields." + std::string(key), json_text(value)});
  }
  table.print();
  return ExitCode::done;
}

Result<ExitCode> write_company(const CatalogueArguments& arguments, HttpMethod method, const std::string& target) {
  const auto fields = parse_assignments(arguments.assignments);
  if (!fields) return fields.error();
  return change(arguments,
                {.method = method, .target = target, .body = json::serialize(json::object{{"fields", *fields}})});
}

Result<ExitCode> create_company(const CatalogueArguments& arguments) {
  return write_company(arguments, HttpMethod::post, kCompanies);
}

Result<ExitCode> set_company(const CatalogueArguments& arguments) {
  return write_company(arguments, HttpMethod::put, path_of(kCompanies, arguments));
}

Result<ExitCode> delete_company(const CatalogueArguments& arguments) {
  return change(arguments, {.method = HttpMethod::delete_,
                            .target = path_of(kCompanies, arguments),
                            .question = "Delete company " + arguments.id + "? Its contacts and cases stay."});
}

Result<ExitCode> list_tags(const CatalogueArguments& arguments) {
  return list_all(arguments, "/v1/tags", {"id", "name", "color", "types"});
}

Result<ExitCode> write_tag(const CatalogueArguments& arguments, HttpMethod method, const std::string& target) {
  json::object body;
  if (!arguments.name.empty()) body["name"] = arguments.name;
  if (!arguments.color.empty()) body["color"] = arguments.color;
  if (!arguments.types.empty()) body["type"] = json::value_from(arguments.types);
  return change(arguments, {.method = method, .target = target, .body = json::serialize(body)});
}

Result<ExitCode> create_tag(const CatalogueArguments& arguments) {
  return write_tag(arguments, HttpMethod::post, kTags);
}

Result<ExitCode> set_tag(const CatalogueArguments& arguments) {
  return write_tag(arguments, HttpMethod::put, path_of(kTags, arguments));
}

Result<ExitCode> delete_tag(const CatalogueArguments& arguments) {
  return change(arguments,
                {.method = HttpMethod::delete_,
                 .target = path_of(kTags, arguments),
                 .question = "Delete tag " + arguments.id + "? Contacts that bear it keep it, without colour."});
}

Result<ExitCode> list_attributes(const CatalogueArguments& arguments) {
  return list_all(arguments, "/v1/attributes",
                  {"id", "object", "key", "type", "label", "options", "required", "indexed"});
}

Result<ExitCode> create_attribute(const CatalogueArguments& arguments) {
  json::object input{{"type", arguments.type}, {"required", arguments.required}};
  if (!arguments.options.empty()) input["options"] = json::value_from(arguments.options);
  json::object config{{"input", input}};
  if (!arguments.label.empty()) config["label"] = arguments.label;
  const json::object body{
      {"object", arguments.object}, {"key", arguments.key}, {"indexed", arguments.indexed}, {"config", config}};
  return change(arguments, {.target = kAttributes, .body = json::serialize(body)});
}

Result<ExitCode> delete_attribute(const CatalogueArguments& arguments) {
  return change(arguments,
                {.method = HttpMethod::delete_,
                 .target = path_of(kAttributes, arguments),
                 .question = "Delete attribute " + arguments.id + "? Values stay, and are checked no more."});
}

// Compared as a text, what is no id would be nobody's, and its list empty.
Result<void> check_contact(const std::string& text) {
  if (text.empty()) return {};
  const auto id = parse_id(text);
  return id ? Result<void>() : Error{Errc::invalid_argument, quote(text) + " is no contact's id, like 42", "contact"};
}

Result<ExitCode> list_cases(const CatalogueArguments& arguments) {
  RAPPORT_TRY(check_contact(arguments.contact));
  auto api = arguments.server.connect();
  if (!api) return api.error();
  json::array items;
  for (std::size_t page = 0;; ++page) {
    std::string target = std::string(kCases) + "?limit=500&page=" + std::to_string(page);
    if (!arguments.contact.empty()) target += "&where=" + percent_encode("contactId|eq|" + arguments.contact);
    const auto answer = api->get(target);
    if (!answer) return answer.error();
    const json::array& some = answer->at("data").at("data").as_array();
    items.insert(items.end(), some.begin(), some.end());
    if (some.empty() || items.size() >= answer->at("data").at("count").to_number<std::size_t>()) break;
  }
  print_items(items, {"id", "contactId", "channel", "status", "userId", "title", "dateUpdated"}, arguments.server.json);
  return ExitCode::done;
}

Result<ExitCode> get_case(const CatalogueArguments& arguments) {
  RAPPORT_TRY(check_contact(arguments.contact));
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const std::string of = arguments.contact.empty() ? "" : "?contactId=" + percent_encode(arguments.contact);
  const auto answer = api->get(path_of(kCases, arguments) + of);
  if (!answer) return answer.error();
  const json::value& found = answer->at("data");
  if (arguments.server.json) {
    std::cout << json::serialize(found) << "\n";
    return ExitCode::done;
  }
  Table table({"FIELD", "VALUE"});
  for (const auto& [name, value] : found.as_object()) table.add({std::string(name), json_text(value)});
  table.print();
  return ExitCode::done;
}

using Body = Result<ExitCode> (*)(const CatalogueArguments&);

// One noun of the command line, and its verbs.
class Noun {
 public:
  Noun(CLI::App& program, Run& run, const char* name, const char* help)
      : command_(*program.add_subcommand(name, help)), run_(run) {
    command_.require_subcommand(1);
  }

  CatalogueArguments& arguments() { return *arguments_; }
  CLI::App& reading(const char* name, const char* help, Body body) {
    CLI::App& sub = *command_.add_subcommand(name, help);
    add_server_options(sub, arguments_->server);
    on_run(sub, run_, [arguments = arguments_, body] { return body(*arguments); });
    return sub;
  }
  CLI::App& changing(const char* name, const char* help, Body body) {
    CLI::App& sub = reading(name, help, body);
    add_change_options(sub, arguments_->change);
    return sub;
  }
  void deleting(const char* help, Body body) {
    CLI::App& sub = with_id(changing("delete", help, body));
    sub.add_flag("--yes", arguments_->change.yes, "Do not ask");
  }
  CLI::App& with_id(CLI::App& sub) {
    sub.add_option("id", arguments_->id, "Its id")->required();
    return sub;
  }

 private:
  CLI::App& command_;
  Run& run_;
  std::shared_ptr<CatalogueArguments> arguments_ = std::make_shared<CatalogueArguments>();
};

void add_company_command(CLI::App& program, Run& run) {
  Noun noun(program, run, "company", "Companies: list, get, create, set, delete");
  CatalogueArguments& arguments = noun.arguments();
  noun.reading("list", "All of them", list_companies);
  noun.with_id(noun.reading("get", "One", get_company));
  noun.changing("create", "A new one", create_company)
      .add_option("fields", arguments.assignments, kAssignmentHelp)
      ->required();
  noun.with_id(noun.changing("set", "Set or remove fields", set_company))
      .add_option("fields", arguments.assignments, kAssignmentHelp)
      ->required();
  noun.deleting("Its contacts and cases stay", delete_company);
}

void add_tag_command(CLI::App& program, Run& run) {
  Noun noun(program, run, "tag", "Declared tags: list, create, set, delete");
  CatalogueArguments& arguments = noun.arguments();
  const auto with_looks = [&](CLI::App& sub) {
    sub.add_option("--color", arguments.color, "Like #c034eb");
    sub.add_option("--on", arguments.types, "What it may stand on, contact or case; may be given again");
  };
  noun.reading("list", "All of them", list_tags);
  CLI::App& created = noun.changing("create", "A new one", create_tag);
  created.add_option("name", arguments.name, "Unique")->required();
  with_looks(created);
  CLI::App& set = noun.with_id(noun.changing("set", "Rename or recolour", set_tag));
  set.add_option("--name", arguments.name, "Unique");
  with_looks(set);
  noun.deleting("Contacts that bear it keep it, without colour", delete_tag);
}

void add_attribute_command(CLI::App& program, Run& run) {
  Noun noun(program, run, "attribute", "Custom attributes: list, create, delete");
  CatalogueArguments& arguments = noun.arguments();
  noun.reading("list", "All of them", list_attributes);
  CLI::App& created = noun.changing("create", "A new one", create_attribute);
  created.add_option("key", arguments.key, "The field's name")->required();
  created.add_option("--object", arguments.object, "contact, company or case")->capture_default_str();
  created.add_option("--type", arguments.type, "text, number, boolean, date, email, phone, url, radio or checkbox")
      ->check(CLI::IsMember(std::vector<std::string>(kAttributeTypeNames.begin(), kAttributeTypeNames.end()))
                  .description(""))
      ->capture_default_str();
  created.add_option("--label", arguments.label, "For people");
  created.add_option("--option", arguments.options, "Of radio and checkbox; may be given again");
  created.add_flag("--required", arguments.required, "It may not be removed, nor left out where one is created");
  created.add_flag("--indexed", arguments.indexed, "Lists find it quickly");
  noun.deleting("Values stay, and are checked no more", delete_attribute);
}

void add_case_command(CLI::App& program, Run& run) {
  Noun noun(program, run, "case", "Cases of all contacts: list, get");
  CatalogueArguments& arguments = noun.arguments();
  constexpr const char* kWhose = "Of this contact alone, by its id";
  noun.reading("list", "All of them", list_cases).add_option("--contact", arguments.contact, kWhose);
  noun.with_id(noun.reading("get", "One", get_case)).add_option("--contact", arguments.contact, kWhose);
}

}  // namespace

void add_catalogue_commands(CLI::App& program, Run& run) {
  add_company_command(program, run);
  add_tag_command(program, run);
  add_attribute_command(program, run);
  add_case_command(program, run);
}

}  // namespace rapport

#include "tools/rapport/contacts/contact_card.h"

#include <iostream>

#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

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

}  // namespace

std::string contact_path(ContactId id) { return "/v1/contacts/" + std::to_string(id.value); }

void show_contact(const json::value& contact, bool as_json) {
  if (as_json) {
    std::cout << json::serialize(contact) << "\n";
  } else if (const json::object& told = contact.as_object(); !told.contains("version")) {
    // 202: it is in the log, and what it makes of the contact is not known yet.
    Table table({"FIELD", "VALUE"});
    for (const char* name : {"id", "status"}) table.add({name, json_text(told.at(name))});
    table.print();
    std::cerr << "the log holds it; it shows once it is folded (rapport status)\n";
  } else {
    print_contact(told);
  }
}

}  // namespace rapport

#include "engine/group/member_json.h"

#include <boost/json.hpp>

namespace rapport {

namespace json = boost::json;

Error not_understood(std::string_view what) {
  return {Errc::invalid_argument, "a member says what is no " + std::string(what)};
}

std::string string_of(const json::value& value) { return std::string(value.as_string()); }

ContactId contact_id_of(const json::value& value) { return ContactId{value.to_number<std::uint64_t>()}; }

std::vector<ContactId> contact_ids_of(const json::value& value) {
  std::vector<ContactId> out;
  for (const json::value& id : value.as_array()) out.push_back(contact_id_of(id));
  return out;
}

void write_contact_ids(JsonWriter& out, std::string_view name, const std::vector<ContactId>& contacts) {
  out.key(name).begin_array();
  for (const ContactId id : contacts) out.number(id.value);
  out.end_array();
}

}  // namespace rapport

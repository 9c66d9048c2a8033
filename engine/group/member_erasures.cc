#include "engine/group/member_erasures.h"

#include <boost/json.hpp>

#include "events/json_value.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

namespace json = boost::json;

ContactId contact_of(const json::value& value) { return ContactId{value.to_number<std::uint64_t>()}; }

}  // namespace

std::string encode_erasures(const std::vector<ErasureWanted>& wanted) {
  std::string text;
  JsonWriter out(text);
  out.begin_array();
  for (const ErasureWanted& one : wanted) {
    out.begin_object().key("contact").number(one.contact.value).key("mergedInto");
    one.merged_into ? out.number(one.merged_into->value) : out.null();
    out.end_object();
  }
  out.end_array();
  return text;
}

Result<std::vector<ErasureWanted>> decode_erasures(std::string_view text) {
  try {
    std::vector<ErasureWanted> out;
    const json::value from = parse_json_value(text);
    for (const json::value& one : from.as_array()) {
      ErasureWanted wanted{contact_of(one.at("contact"))};
      if (!one.at("mergedInto").is_null()) wanted.merged_into = contact_of(one.at("mergedInto"));
      out.push_back(wanted);
    }
    return out;
  } catch (const std::exception&) {
    return Error{Errc::invalid_argument, "a member says what is no list of erasures"};
  }
}

}  // namespace rapport

#include "engine/group/member_erasures.h"

#include <boost/json.hpp>

#include "engine/group/member_json.h"

namespace rapport {

namespace json = boost::json;

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
  using Wanted = std::vector<ErasureWanted>;
  return read_member_json(text, not_understood("list of erasures"), [](const json::value& from) -> Result<Wanted> {
    Wanted out;
    for (const json::value& one : from.as_array()) {
      ErasureWanted wanted{contact_id_of(one.at("contact"))};
      if (!one.at("mergedInto").is_null()) wanted.merged_into = contact_id_of(one.at("mergedInto"));
      out.push_back(wanted);
    }
    return out;
  });
}

}  // namespace rapport

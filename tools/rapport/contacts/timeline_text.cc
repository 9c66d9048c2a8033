#include "tools/rapport/contacts/timeline_text.h"

#include <boost/json.hpp>

#include "tools/rapport/terminal/json_text.h"

namespace rapport {

namespace json = boost::json;

std::string timeline_text(const json::object& item) {
  std::string out;
  for (const json::value& change : item.at("changes").as_array()) {
    if (!out.empty()) out += "; ";
    out += json_text(change.at("path")) + ": ";
    const bool masked = change.as_object().contains("masked");
    out += masked ? "masked" : json_text(change.at("old")) + " -> " + json_text(change.at("new"));
    if (!change.at("won").as_bool()) out += " (late, lost)";
  }
  if (!out.empty()) return out;
  const json::value& data = item.at("data");
  if (!data.is_object()) return json_text(data);
  for (const auto& [key, value] : data.get_object()) {
    out += (out.empty() ? "" : " ") + std::string(key) + "=" + json_text(value);
  }
  return out;
}

}  // namespace rapport

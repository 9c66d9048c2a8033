#include "events/json_value.h"

#include <boost/json/parse.hpp>
#include <optional>

#include "events/event.h"
#include "events/json_tree.h"

namespace rapport {

namespace json = boost::json;

namespace {

constexpr std::size_t kAroundValues = 16;  // levels; a list of reverts and their conflicts has five

json::parse_options options() {
  json::parse_options out;
  out.max_depth = kEventDepthMax + kAroundValues;
  return out;
}

json::string_view of(std::string_view text) { return {text.data(), text.size()}; }

// With each number spelled canonically. Nothing where simdjson gives up, too.
std::optional<std::string> respelled(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  events_internal::JsonTree tree;
  return events_internal::canonical_json(tree.build(root)).text;
}

}  // namespace

json::value parse_json_value(std::string_view text, boost::system::error_code& failed) {
  json::value value = json::parse(of(text), failed, {}, options());
  if (!failed) return value;
  const auto plain = respelled(text);
  return plain ? json::parse(of(*plain), failed, {}, options()) : value;
}

json::value parse_json_value(std::string_view text) {
  boost::system::error_code failed;
  json::value value = parse_json_value(text, failed);
  return failed ? json::parse(of(text), {}, options()) : value;  // which throws
}

}  // namespace rapport

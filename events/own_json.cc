#include "events/own_json.h"

#include <boost/json/parse.hpp>

#include "events/event.h"

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

}  // namespace

json::value parse_own_json(std::string_view text, boost::system::error_code& failed) {
  return json::parse(of(text), failed, {}, options());
}

json::value parse_own_json(std::string_view text) { return json::parse(of(text), {}, options()); }

}  // namespace rapport

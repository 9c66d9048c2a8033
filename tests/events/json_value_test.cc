#include "events/json_value.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "events/event.h"
#include "tests/events/event_json.h"

namespace rapport {
namespace {

namespace json = boost::json;

json::value value_of(const std::string& text) {
  boost::system::error_code failed;
  json::value value = parse_json_value(text, failed);
  EXPECT_FALSE(failed) << text << ": " << failed.message();
  return value;
}

// All that an event's decoder takes, with what an answer says around it.
TEST(JsonValue, IsAsDeepAsWhatIsToldOfAnEvent) {
  const std::size_t depth = kEventDepthMax + 8;
  const std::string text = std::string(depth, '[') + "1" + std::string(depth, ']');
  EXPECT_EQ(json::serialize(value_of(text)), text);
}

TEST(JsonValue, IsOfEveryNumberThatAnEventMayHave) {
  for (const char* number : {"0e9999999999", "0E+99999999999999999999", "1e-9999999999", "0.0e-99999999999999999999"}) {
    const std::string data = R"({"fields":{"n":)" + std::string(number) + "}}";
    EXPECT_TRUE(decode_event({.type = "contact.changed", .data = data})) << number;
    EXPECT_EQ(value_of("[" + std::string(number) + "]").at(0).to_number<double>(), 0.0) << number;
  }
  EXPECT_EQ(value_of("[18446744073709551615]").at(0).to_number<std::uint64_t>(), 18'446'744'073'709'551'615u);
}

TEST(JsonValue, IsOfNothingElse) {
  for (const char* text : {"", "{", "nul", "{\"a\":1}}", "\"\\ud800\"", "<html>"}) {
    boost::system::error_code failed;
    EXPECT_EQ(parse_json_value(text, failed), json::value()) << text;
    EXPECT_TRUE(failed) << text;
    EXPECT_THROW(parse_json_value(text), std::exception) << text;
  }
}

}  // namespace
}  // namespace rapport

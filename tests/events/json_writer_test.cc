#include "events/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace rapport {
namespace {

TEST(JsonWriter, PlacesCommasAndColons) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("a").number(std::uint64_t{1}).key("b").begin_array();
  json.string("x").boolean(true).boolean(false).null().begin_object().end_object().begin_array().end_array();
  json.end_array().key("c").begin_object().key("d").time(Timestamp{0}).end_object();
  json.key("e").raw(R"({"raw":[1,2]})").key("f").raw(JsonText{"-0.5"}).end_object();
  EXPECT_EQ(
      out,
      R"({"a":1,"b":["x",true,false,null,{},[]],"c":{"d":"1970-01-01T00:00:00.000Z"},"e":{"raw":[1,2]},"f":-0.5})");
}

TEST(JsonWriter, AppendsToWhatTheStringHolds) {
  std::string out = "data: ";
  JsonWriter(out).begin_array().end_array();
  EXPECT_EQ(out, "data: []");
}

TEST(JsonWriter, WritesBothEndsOfIntegers) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().number(std::numeric_limits<std::int64_t>::min()).number(std::numeric_limits<std::int64_t>::max());
  json.number(std::numeric_limits<std::uint64_t>::max()).number(std::int64_t{0}).end_array();
  EXPECT_EQ(out, "[-9223372036854775808,9223372036854775807,18446744073709551615,0]");
}

TEST(JsonWriter, WritesNullForWhatIsAbsent) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().string_or_null(std::nullopt).string_or_null("").time_or_null(std::nullopt);
  json.time_or_null(Timestamp{1}).end_array();
  EXPECT_EQ(out, R"([null,"",null,"1970-01-01T00:00:00.001Z"])");
}

TEST(JsonString, EscapesWhatRfc8259Demands) {
  const struct {
    std::string text;
    const char* json;
  } rows[] = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"\"\\/", R"("\"\\/")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {std::string("\0\x01\x1f\x7f", 4), "\"\\u0000\\u0001\\u001f\x7f\""},
      {"zoë 漢字 🦜", R"("zoë 漢字 🦜")"},
      {"ends\\", R"("ends\\")"},
      {"\"starts", R"("\"starts")"},
      {"\n\n", R"("\n\n")"},
  };
  for (const auto& row : rows) EXPECT_EQ(json_string(row.text).text, row.json);
}

TEST(JsonText, KnowsNull) {
  EXPECT_TRUE(is_null(JsonText{"null"}));
  EXPECT_FALSE(is_null(JsonText{"\"null\""}));
}

}  // namespace
}  // namespace rapport

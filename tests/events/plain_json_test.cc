#include "events/plain_json.h"

#include <gtest/gtest.h>

#include <string>

#include "events/event_decoder.h"
#include "tests/events/event_json.h"

namespace rapport::events_internal {
namespace {

// A member "v" of that value, beside another.
std::string document(std::string_view value) { return R"({"v":)" + std::string(value) + R"(,"w":0})"; }

TEST(PlainJson, ReadsAValueOfEachKind) {
  PlainJson plain;
  const struct {
    const char* value;
    JsonNode::Kind kind;
    const char* text;
    std::uint64_t number = 0;
  } rows[] = {
      {R"("")", JsonNode::Kind::text, ""},
      {R"("a")", JsonNode::Kind::text, "a"},
      {R"("of more than eight bytes, é and 日本")", JsonNode::Kind::text, "of more than eight bytes, é and 日本"},
      {"\"\x7F\"", JsonNode::Kind::text, "\x7F"},
      {"0", JsonNode::Kind::natural, "0", 0},
      {"7", JsonNode::Kind::natural, "7", 7},
      {"-7", JsonNode::Kind::negative, "-7", static_cast<std::uint64_t>(-7)},
      {"999999999999999999", JsonNode::Kind::natural, "999999999999999999", 999'999'999'999'999'999},
      {"true", JsonNode::Kind::boolean, "true", 1},
      {"false", JsonNode::Kind::boolean, "false", 0},
      {"null", JsonNode::Kind::null, "null"},
      {"{}", JsonNode::Kind::object, "{}"},
      {R"({"a":[1,{"b":[]}]})", JsonNode::Kind::object, R"({"a":[1,{"b":[]}]})"},
      {"[]", JsonNode::Kind::array, "[]"},
      {R"([1,"two",[3]])", JsonNode::Kind::array, R"([1,"two",[3]])"},
  };
  for (const auto& row : rows) {
    const std::string json = document(row.value);
    const JsonNode* const root = plain.read(json);
    ASSERT_NE(root, nullptr) << json;
    ASSERT_EQ(root->children().size(), 2u) << json;
    const JsonNode& node = *root->children().begin();
    EXPECT_EQ(node.key, "v") << json;
    EXPECT_EQ(node.kind, row.kind) << json;
    EXPECT_EQ(node.text, row.text) << json;
    EXPECT_EQ(node.number, row.number) << json;
    EXPECT_EQ(canonical_json(node).text, row.value) << json;
  }
}

TEST(PlainJson, LeavesEveryOtherSpellingToSimdjson) {
  PlainJson plain;
  for (const char* const value :
       {R"(" \n")", R"("\u0061")", R"("\"")", " 1", "1 ", "\"a\" ", "[1, 2]", "[ ]", "{ }", R"({"a" :1})", "1.0", "1e3",
        "-0", "1000000000000000000", "18446744073709551615", "-9223372036854775808", R"({"\u0061":1})"}) {
    EXPECT_EQ(plain.read(document(value)), nullptr) << value;
  }
  for (const char* const json : {"", " {}", "{} ", "{}\n", "[]", "1", "\"a\"", "\xEF\xBB\xBF{}"}) {
    EXPECT_EQ(plain.read(json), nullptr) << json;
  }
}

TEST(PlainJson, LeavesWhatIsWrongToTheChecks) {
  PlainJson plain;
  for (const char* const value : {"",
                                  "01",
                                  "-",
                                  "-a",
                                  "+1",
                                  ".5",
                                  "tru",
                                  "trues",
                                  "nul",
                                  "NaN",
                                  "\"\xff\"",
                                  "\"\xC3\"",
                                  "\"\xED\xA0\x80\"",
                                  "\"a\nb\"",
                                  "'a'",
                                  "[1,]",
                                  "[,1]",
                                  "[1",
                                  "{\"a\"}",
                                  "{\"a\":}",
                                  "{\"a\":1,}",
                                  "{a:1}",
                                  "{\"a\":1]",
                                  "[1}",
                                  R"({"k":1,"k":1})",
                                  R"([{"k":1,"l":2,"k":1}])"}) {
    EXPECT_EQ(plain.read(document(value)), nullptr) << value;
  }
  for (const char* const json : {"{", "}", R"({"a)", R"({"a")", R"({"a":1)", R"({"a":1}})", R"({"a":1}{})"}) {
    EXPECT_EQ(plain.read(json), nullptr) << json;
  }
  EXPECT_EQ(plain.read(std::string_view("{\"a\":\"\0\"}", 9)), nullptr);
}

TEST(PlainJson, ReadsNothingBehindTheEnd) {
  PlainJson plain;
  const std::string whole = R"({"a":"0123456789","b":[12,true,null],"c":{"d":-1}})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::unique_ptr<char[]> exact(new char[size]);  // an address sanitizer watches
    whole.copy(exact.get(), size);
    EXPECT_EQ(plain.read({exact.get(), size}), nullptr) << size;
  }
  EXPECT_NE(plain.read(whole), nullptr);
}

TEST(PlainJson, TakesNoMoreLevelsAndKeysThanItComparesAndSimdjsonTakesThem) {
  PlainJson plain;
  EventDecoder decoder;
  for (const std::size_t levels : {1u, 10u, 20u, 30u}) {
    const std::string data = R"({"a":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
    EXPECT_EQ(plain.read(data) != nullptr, levels < 16) << levels;
    EXPECT_TRUE(decoder.decode(event_json({.type = "a.b", .data = data}))) << levels;
  }
  for (const int count : {10, 32, 200}) {
    std::string data = "{";
    for (int i = 0; i < count; ++i) data += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    EXPECT_TRUE(decoder.decode(event_json({.type = "a.b", .data = data + "}"}))) << count;
  }
}

TEST(PlainJson, IsTheSameEventAsWithWhiteSpace) {
  EventDecoder decoder;
  for (
      const char* const data :
      {R"({"fields":{"name":"Ada","age":36,"old":null,"ok":true,"tags":["a",{"b":[]}],"minus":-5}})",
       R"({"fields":{"ü":"Zoë"},"tags":{"add":["a"],"remove":["b"]},"archived":false})", R"({"companyId":null})",
       R"({"client":{"clientType":"web","clientDetails":{"a":[1,2]}},"blocked":{"until":"2026-11-24T09:15:02.120Z"}})"}) {
    const std::string json = event_json({.type = "contact.changed", .data = data});
    const auto plain = decoder.decode(json), spaced = decoder.decode(json + "\n");
    ASSERT_TRUE(plain) << json << to_string(plain.error());
    ASSERT_TRUE(spaced) << json << to_string(spaced.error());
    EXPECT_EQ(*plain, *spaced) << json;
  }
}

}  // namespace
}  // namespace rapport::events_internal

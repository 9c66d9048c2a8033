#include "events/json_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rapport::events_internal {
namespace {

using testing::ElementsAre;

TEST(JsonSource, FindsMembersByTheirPlace) {
  const std::string_view object =
      R"( { "a" : 1.50 ,"b":"x\"},{" , "\"":[ {"c":"]"} , [ ] ] ,"d":{"e":{}},"f":null , "g":"\\","h":-1e5 } )";
  const char* const values[] = {"1.50",    R"("x\"},{")", R"([ {"c":"]"} , [ ] ])", R"({"e":{}})", "null",
                                R"("\\")", "-1e5"};
  for (std::size_t i = 0; i < std::size(values); ++i) EXPECT_EQ(member_source(object, i), values[i]);
  EXPECT_EQ(member_source(R"({"a":1})", 0), "1");
}

TEST(JsonSource, FindsTheLastObjectByItsKey) {
  const struct {
    std::string_view object, value;
  } rows[] = {
      {R"({"data":{}})", "{}"},
      {R"({"id":"a","data":{"b":"}"}})", R"({"b":"}"})"},
      {" { \"id\" : \"a\" , \"data\":{ \"a\" : 1 } \r\n } \n", "{ \"a\" : 1 }"},
      {R"({"id":"data","n":-1.5,"data":{"data":{}}})", R"({"data":{}})"},
      {R"({"id":1,"data":{"a":"\\"}})", R"({"a":"\\"})"},
      {R"({"id":1,"data":[{}]})", ""},  // no object
      {R"({"id":1,"data":"{}"})", ""},
      {R"({"id":1})", ""},
      {R"({"id":"{","data":{}})", ""},            // the first brace is another
      {R"({"id":"a\"data\":{","data":{}})", ""},  // what a quote means takes a walk
      {R"({"id":1,"data" :{}})", ""},             // the key is written otherwise
      {R"({"id":1,"d\u0061ta":{"data":{}}})", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(last_object_source(row.object, R"("data":)"), row.value) << row.object;
}

TEST(JsonSource, FindsElements) {
  EXPECT_THAT(element_sources(R"([1,"two, ]",[3,[4]],{"5":"}"},true])"),
              ElementsAre("1", R"("two, ]")", "[3,[4]]", R"({"5":"}"})", "true"));
  EXPECT_THAT(element_sources(" [ 1 , 2 ] "), ElementsAre("1", "2"));
  EXPECT_THAT(element_sources("[[],[]]"), ElementsAre("[]", "[]"));
  EXPECT_THAT(element_sources("[]"), ElementsAre());
  EXPECT_THAT(element_sources(" [ ] "), ElementsAre());
}

TEST(JsonSource, MinifiesOutsideOfStringsOnly) {
  std::string scratch;
  const auto minified = [&](std::string_view text) { return events_internal::minified(text, scratch); };
  EXPECT_EQ(minified(" {\n\t\"a b\" : [ 1 , \"c \\\" d\" ] }\r\n"), R"({"a b":[1,"c \" d"]})");
  EXPECT_EQ(minified(R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(minified(" 1 "), "1");
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string text = "\"" + std::string(size, ' ') + "\"";
    EXPECT_EQ(minified(text), text);
    EXPECT_EQ(minified("[" + std::string(size, ' ') + text + "]"), "[" + text + "]");
  }
}

TEST(JsonSource, StaysInsideOfTextThatIsNotJson) {
  for (const std::string_view text : {"", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":[", "{\"a\":\"\\", "\\\\\"",
                                      "}", "]", ",,,", "[", "[\"", "[[", "[1", "[1,", "[{\"a\":\"\\\"", "\"\\\"\"\""}) {
    member_source(text, 3);
    last_object_source(text, "\"a\":");
    element_sources(text);
  }
}

}  // namespace
}  // namespace rapport::events_internal

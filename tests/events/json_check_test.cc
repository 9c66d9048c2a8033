#include "events/json_check.h"

#include <gtest/gtest.h>

#include "events/event.h"

namespace rapport {
namespace {

std::string nested(std::size_t levels) {
  std::string out = "{}";
  for (std::size_t i = 1; i < levels; ++i) out = "{\"a\":" + out + "}";
  return out;
}

TEST(JsonCheck, TakesOneObjectOfAnySize) {
  for (const std::string& text : {std::string("{}"), std::string(R"( {"a":[1,-2.5,"x",null,{"a":true}]} )"),
                                  nested(kEventDepthMax), R"({"a":")" + std::string(2 * kEventSizeMax, 'x') + "\"}"}) {
    EXPECT_TRUE(check_json_object(text)) << text.substr(0, 100);
  }
}

TEST(JsonCheck, NamesWhatIsWrong) {
  const struct {
    std::string text;
    Errc code;
    const char* field;
  } rows[] = {
      {"", Errc::invalid_json, "body"},
      {"[]", Errc::invalid_json, "body"},
      {"{} {}", Errc::invalid_json, "body"},
      {"{\"a\":\"\xff\"}", Errc::invalid_json, "body"},
      {R"({"a":1e999})", Errc::invalid_json, "body"},
      {R"({"a":1,"a":1})", Errc::duplicate_key, "a"},
      {R"({"a":[{"b":1,"\u0062":2}]})", Errc::duplicate_key, "a[0].b"},
      {nested(kEventDepthMax) + "}", Errc::invalid_json, "body"},
  };
  for (const auto& row : rows) {
    const auto checked = check_json_object(row.text);
    ASSERT_FALSE(checked) << row.text;
    EXPECT_EQ(checked.error().code, row.code) << row.text;
    EXPECT_EQ(checked.error().field, row.field) << row.text;
  }
  const auto deep = check_json_object(nested(kEventDepthMax + 1));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, Errc::too_deep);
}

}  // namespace
}  // namespace rapport

#include "engine/http/request_target.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

using Path = std::vector<std::string>;

HttpRequest parsed(std::string_view target) {
  HttpRequest request;
  const Result<void> done = parse_request_target(target, request);
  EXPECT_TRUE(done.has_value()) << target << ": " << (done ? "" : to_string(done.error()));
  return request;
}

TEST(RequestTarget, DecodesEachSegmentByItself) {
  EXPECT_EQ(parsed("/").path, Path{});
  EXPECT_EQ(parsed("/v1/contacts/1042").path, (Path{"v1", "contacts", "1042"}));
  EXPECT_EQ(parsed("/v1/identities/web/a%2Fb%40c").path, (Path{"v1", "identities", "web", "a/b@c"}));
  EXPECT_EQ(parsed("/caf%C3%A9").path, (Path{"café"}));
  EXPECT_EQ(parsed("/a+b").path, (Path{"a+b"})) << "a plus is a space in the query only";
  EXPECT_EQ(parsed("/a//b/").path, (Path{"a", "", "b", ""}));
  EXPECT_EQ(parsed("/...").path, (Path{"..."}));
}

TEST(RequestTarget, KeepsTheQuerysOrderRepeatsAndBrackets) {
  const HttpRequest request =
      parsed("/x?where%5B%5D=id|gt|5&where[]=fields.name%7Ceq%7Ca+b&&flag&empty=&a=b=c&%3D=%26");
  std::string told;
  for (const auto& [name, value] : request.query.all) told.append(name).append("->").append(value).append(";");
  EXPECT_EQ(told, "where[]->id|gt|5;where[]->fields.name|eq|a b;flag->;empty->;a->b=c;=->&;");
  EXPECT_TRUE(parsed("/x?").query.all.empty());
}

TEST(RequestTarget, RefusesWhatCouldBeReadInTwoWays) {
  const std::string_view refused[] = {
      "",                     // nothing
      "*",                    // asterisk form
      "http://example.com/",  // absolute form
      "example.com:443",      // authority form
      "v1/contacts",          // no slash
      "/a#b",                 // a fragment
      "/a b",                 // a space
      "/caf\xC3\xA9",         // raw bytes beyond ASCII
      std::string_view("/a\0b", 4),
      "/a%00b",    // NUL
      "/a?b=%00",  // NUL in the query
      "/%",        // triplets that are none
      "/%4",
      "/%zz",
      "/a?b=%f",
      "/%FF",           // not UTF-8
      "/%C0%AF",        // an overlong slash
      "/%E0%80%AE",     // an overlong dot
      "/%ED%A0%80",     // a surrogate
      "/%F4%90%80%80",  // beyond U+10FFFF
      "/%C3",           // cut short
      "/a?%FF=1",
      "/..",
      "/a/../b",
      "/a/%2e%2E/b",
      "/./a",
      "/a/%2e",
  };
  for (const std::string_view target : refused) {
    HttpRequest request;
    const Result<void> done = parse_request_target(target, request);
    ASSERT_TRUE(done.has_error()) << target;
    EXPECT_EQ(done.error().code, Errc::invalid_argument) << target;
  }
}

TEST(RequestTarget, BoundsTheNumberOfParameters) {
  std::string target = "/x?";
  for (std::size_t i = 0; i < kQueryParametersMax; ++i) target.append("a&");
  EXPECT_EQ(parsed(target).query.all.size(), kQueryParametersMax);
  HttpRequest request;
  EXPECT_TRUE(parse_request_target(target + "a", request).has_error());
}

TEST(PercentEncode, IsUndoneByParsing) {
  std::string text;
  for (int c = 1; c < 128; ++c) text.push_back(static_cast<char>(c));
  text.append("é€😀");
  EXPECT_EQ(parsed("/" + percent_encode(text)).path, (Path{text}));
  EXPECT_EQ(parsed("/?" + percent_encode(text) + "=" + percent_encode(text)).query.find(text), text);
}

}  // namespace
}  // namespace rapport

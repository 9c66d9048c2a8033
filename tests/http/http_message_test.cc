#include "engine/http/http_message.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace rapport {
namespace {

TEST(HttpHeaders, FindsNamesWithoutRegardToCase) {
  const HttpHeaders headers{{"Content-Type", "text/plain"}, {"If-Match", "17"}};
  EXPECT_EQ(headers.find("if-match"), "17");
  EXPECT_EQ(headers.find("CONTENT-TYPE"), "text/plain");
  EXPECT_EQ(headers.find("If-Matc"), std::nullopt);
  EXPECT_EQ(headers[0].name, "Content-Type");
}

TEST(HttpHeaders, KeepsRepeatedFieldsInOrder) {
  HttpHeaders headers;
  headers.add("A", "1");
  headers.add("B", "");
  headers.add("a", "2");
  EXPECT_EQ(headers.count("A"), 2u);
  EXPECT_EQ(headers.find("a"), "1");
  EXPECT_EQ(headers.find("b"), "");
  headers.set("A", "3");
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0].name, "B");
  EXPECT_EQ(headers.find("A"), "3");
  headers.clear();
  EXPECT_TRUE(headers.empty());
}

TEST(HttpHeaders, RefusesTextThatWouldForgeAHeader) {
  HttpHeaders headers;
  EXPECT_THROW(headers.add("Location", "/\r\nSet-Cookie: a=b"), std::invalid_argument);
  EXPECT_THROW(headers.add("Bad Name", "x"), std::invalid_argument);
  EXPECT_THROW(headers.add("", "x"), std::invalid_argument);
}

TEST(HttpRequest, TellsTheMediaTypeWithoutParameters) {
  HttpRequest request;
  EXPECT_EQ(request.media_type(), "");
  request.headers.add("Content-Type", "Application/X-NDJSON ; charset=utf-8");
  EXPECT_EQ(request.media_type(), "application/x-ndjson");
}

TEST(HttpRequest, KeepsTheConnectionsFactsWhenReset) {
  HttpRequest request;
  request.peer = "10.0.0.1";
  request.tls = true;
  request.body = std::string(1u << 20, 'x');
  request.path = {"v1"};
  request.reset();
  EXPECT_EQ(request.peer, "10.0.0.1");
  EXPECT_TRUE(request.tls);
  EXPECT_TRUE(request.path.empty());
  EXPECT_LT(request.body.capacity(), 1u << 20) << "one large body must not stay for a connection's life";
}

TEST(HttpMethod, IsSpelledExactly) {
  EXPECT_EQ(http_method_of("DELETE"), HttpMethod::delete_);
  EXPECT_EQ(http_method_of("get"), std::nullopt);
  EXPECT_EQ(http_method_of("TRACE"), HttpMethod::trace);
  EXPECT_EQ(http_method_of("CONNECT"), std::nullopt);
  EXPECT_EQ(http_method_name(HttpMethod::options), "OPTIONS");
}

TEST(QueryParameters, ListsEveryValueOfAName) {
  const QueryParameters query{{{"where[]", "a"}, {"limit", "5"}, {"where[]", "b"}}};
  EXPECT_EQ(query.find("limit"), "5");
  EXPECT_EQ(query.find("where"), std::nullopt);
  EXPECT_EQ(query.values("where[]"), (std::vector<std::string_view>{"a", "b"}));
}

}  // namespace
}  // namespace rapport

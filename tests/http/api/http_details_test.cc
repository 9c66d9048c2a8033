// What holds of every route, whatever it is about: ids, methods, media types, positions.
#include <gmock/gmock.h>

#include <set>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using testing::HasSubstr;

class HttpDetails : public ApiTest {
 protected:
  static std::string path_of(const Route& route) {
    std::string path = route.pattern;
    for (const auto& [parameter, value] : {std::pair("{id}", "1"), std::pair("{channel}", "web"),
                                           std::pair("{externalId}", "a"), std::pair("{file}", "main.js")}) {
      if (const auto place = path.find(parameter); place != std::string::npos) {
        path.replace(place, std::string_view(parameter).size(), value);
      }
    }
    if (path.ends_with("/diff")) path += "?from=v0";
    return path.ends_with("/feed") ? path + "?live=0" : path;
  }
  std::string position(const std::string& rest) const { return to_string(engine_->log().id()) + "." + rest; }
};

TEST_F(HttpDetails, EveryAnswerBearsTheCallersIds) {
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  for (const Route* route : server_->router().routes()) {
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + route->pattern);
    for (const bool known : {true, false}) {
      known ? become_admin() : become_nobody();
      const Answer answer = send(route->method, path_of(*route), "",
                                 HttpHeaders{{"Rapport-Request-Id", "call-7"}, {"traceparent", trace}});
      EXPECT_EQ(answer.header("Rapport-Request-Id"), "call-7");
      EXPECT_EQ(answer.header("traceparent"), trace);
      if (answer.header("Content-Type") == "application/problem+json") {
        EXPECT_EQ(answer.text("requestId"), "call-7");
      }
    }
  }
}

TEST_F(HttpDetails, NobodyKeepsAnAnswerButThoseThatEverybodyGets) {
  for (const Route* route : server_->router().routes()) {
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + route->pattern);
    const bool is_file = route->pattern == "/" || route->pattern.starts_with("/console/");
    const std::string expected = is_file                           ? "no-cache"
                                 : route->pattern == "/channel.js" ? "public, max-age=3600"
                                                                   : "no-store";
    for (const bool known : {true, false}) {
      known ? become_admin() : become_nobody();
      EXPECT_EQ(send(route->method, path_of(*route)).header("Cache-Control"), expected);
    }
  }
}

TEST_F(HttpDetails, EveryPathSaysItsMethods) {
  for (const Route* route : server_->router().routes()) {
    SCOPED_TRACE(route->pattern);
    const std::string method(http_method_name(route->method));
    const Answer options = send(HttpMethod::options, path_of(*route));
    EXPECT_EQ(options.status, 204);
    EXPECT_THAT(options.header("Allow"), HasSubstr(method));
    for (const HttpMethod other : {HttpMethod::get, HttpMethod::head, HttpMethod::post, HttpMethod::put,
                                   HttpMethod::patch, HttpMethod::delete_}) {
      const std::string name(http_method_name(other));
      if ((", " + options.header("Allow") + ",").find(" " + name + ",") != std::string::npos) continue;
      const Answer refused = send(other, path_of(*route));
      EXPECT_EQ(refused.status, 405) << name;
      EXPECT_EQ(refused.header("Allow"), options.header("Allow"));
    }
  }
}

TEST_F(HttpDetails, HeadIsGetWithoutItsBody) {
  post("/v1/contacts", R"({"fields":{"name":"Ada"}})");
  for (const Route* route : server_->router().routes()) {
    if (route->method != HttpMethod::get || route->pattern.ends_with("/feed")) continue;
    const Answer head = send(HttpMethod::head, path_of(*route));
    EXPECT_EQ(head.status, get(path_of(*route)).status) << route->pattern;
    EXPECT_TRUE(head.body.empty()) << route->pattern;
  }
}

TEST_F(HttpDetails, WhatCannotBeAcceptedIs406AndTheWrongBody415) {
  for (const Route* route : server_->router().routes()) {
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + route->pattern);
    const Answer refused = send(route->method, path_of(*route), "", HttpHeaders{{"Accept", "image/png"}});
    EXPECT_EQ(refused.status, 406);
    EXPECT_EQ(refused.text("field"), "Accept");
    if (route->method == HttpMethod::get || route->method == HttpMethod::delete_) continue;
    const Answer wrong = send(route->method, path_of(*route), "a,b", {}, "text/csv");
    EXPECT_EQ(wrong.status, 415);
    EXPECT_EQ(wrong.text("field"), "Content-Type");
  }
}

// Those that read nothing of the fold.
const std::set<std::string> kWithoutPosition{
    "/healthz",    "/readyz",          "/metrics",    "/v1/rebuilds",     "/v1/rebuilds/{id}",
    "/v1/backups", "/v1/backups/{id}", "/v1/reverts", "/v1/reverts/{id}", "/openapi.json",
    "/",           "/console/{file}",  "/channel.js", "/v1/erasures"};

TEST_F(HttpDetails, EveryReadWaitsForThePositionThatItIsAskedAfter) {
  post("/v1/contacts", R"({"fields":{"name":"Ada"}})");
  for (const Route* route : server_->router().routes()) {
    if (route->method != HttpMethod::get || kWithoutPosition.contains(route->pattern)) continue;
    SCOPED_TRACE(route->pattern);
    const auto after = [&](const std::string& token, const char* wait) {
      return get(path_of(*route), HttpHeaders{{"Rapport-After", token}, {"Rapport-Wait", wait}});
    };
    const bool compatible = route->pattern.starts_with("/api");  // it has no 410
    const Answer other = after("00000000.0-1", "0");
    EXPECT_EQ(other.status, compatible ? 404 : 410) << other.body;
    EXPECT_EQ(other.text("field"), "Rapport-After");
    const Answer late = after(position("0-99999"), "0");
    EXPECT_EQ(late.status, 504) << late.body;
    EXPECT_THAT(late.text("detail"), HasSubstr("the fold has reached " + position("")));
    const Answer malformed = after("yesterday", "0");
    EXPECT_EQ(malformed.status, 400);
    EXPECT_EQ(malformed.text("field"), "Rapport-After");
    const Answer patience = after(position("0-99999"), "61");
    EXPECT_EQ(patience.status, 400);
    EXPECT_EQ(patience.text("field"), "Rapport-Wait");
    const Answer now = after(position("c-0"), "1");
    if (now.status == 200) {
      EXPECT_THAT(now.header("Rapport-Position"), HasSubstr(position("")));
    }
  }
}

TEST_F(HttpDetails, APageIsOfFiveHundredAtMost) {
  for (const char* path : {"/v1/contacts", "/v1/contacts/1/timeline", "/v1/parked", "/api/v1/crm/objects/contact",
                           "/api/v1/crm/objects/company", "/api/v1/crm/objects/object-field"}) {
    post("/v1/contacts", "{}");
    const Answer refused = get(std::string(path) + "?limit=501");
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_EQ(refused.text("field"), "limit") << path;
    EXPECT_NE(get(std::string(path) + "?limit=500").status, 400) << path;
  }
}

}  // namespace
}  // namespace rapport

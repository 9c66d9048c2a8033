// The OpenAPI document against the router: what is documented is there, what is there is documented.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}

class OpenApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    become_nobody();
    const Answer answer = get("/openapi.json");
    ASSERT_EQ(answer.status, 200);
    ASSERT_EQ(answer.header("Content-Type"), "application/json");
    document_ = answer.json;
  }

  // Null where the document does not have it.
  const json::object* operation(const Route& route) const {
    const json::value* path = document_.at("paths").as_object().if_contains(route.pattern);
    if (path == nullptr) return nullptr;
    const json::value* found = path->as_object().if_contains(lower(http_method_name(route.method)));
    return found == nullptr ? nullptr : &found->as_object();
  }
  const json::value& resolved(const json::value& value) const {
    const json::value* ref = value.is_object() ? value.as_object().if_contains("$ref") : nullptr;
    return ref == nullptr ? value : document_.at_pointer(std::string_view(ref->as_string()).substr(1));
  }
  // "path id", "header If-Match" ...
  std::set<std::string> parameters(const Route& route) const {
    std::set<std::string> out;
    const json::value& path = document_.at("paths").at(route.pattern);
    for (const json::value* list :
         {path.as_object().if_contains("parameters"), operation(route)->if_contains("parameters")}) {
      if (list == nullptr) continue;
      for (const json::value& parameter : list->as_array()) {
        const json::value& whole = resolved(parameter);
        out.insert(std::string(whole.at("in").as_string()) + " " + std::string(whole.at("name").as_string()));
      }
    }
    return out;
  }

  json::value document_;
};

// Calls `visit` with every value of the document.
template <class Visit>
void walk(const json::value& value, const Visit& visit) {
  visit(value);
  if (value.is_object()) {
    for (const auto& [name, member] : value.get_object()) walk(member, visit);
  } else if (value.is_array()) {
    for (const json::value& element : value.get_array()) walk(element, visit);
  }
}

TEST_F(OpenApi, EveryRouteIsDocumentedWithItsScope) {
  EXPECT_EQ(document_.at("openapi"), "3.1.0");
  for (const Route* route : server_->router().routes()) {
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + route->pattern);
    const json::object* documented = operation(*route);
    ASSERT_NE(documented, nullptr);
    const json::array& security = documented->at("security").as_array();
    if (route->open) {
      EXPECT_TRUE(security.empty());
      continue;
    }
    const json::array scopes = route->any_key ? json::array() : json::array{route->scope};
    json::array expected{json::object{{"key", scopes}}};
    if (route->method == HttpMethod::get) expected.push_back(json::object{{"session", scopes}});
    EXPECT_EQ(security, expected);
    for (const char* status : {"401", "403"}) EXPECT_TRUE(documented->at("responses").as_object().contains(status));
  }
}

TEST_F(OpenApi, NothingIsDocumentedThatIsNotThere) {
  std::set<std::string> there;
  for (const Route* route : server_->router().routes()) {
    there.insert(lower(http_method_name(route->method)) + " " + route->pattern);
  }
  for (const auto& [path, item] : document_.at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      if (method != "parameters") {
        EXPECT_TRUE(there.contains(std::string(method) + " " + std::string(path)));
      }
    }
  }
}

TEST_F(OpenApi, EveryParameterOfAPathIsDocumented) {
  for (const Route* route : server_->router().routes()) {
    std::set<std::string> in_path;
    for (const auto& [name, index] : route->parameters) in_path.insert("path " + name);
    std::set<std::string> documented;
    for (const std::string& parameter : parameters(*route)) {
      if (parameter.starts_with("path ")) documented.insert(parameter);
    }
    EXPECT_EQ(documented, in_path) << route->pattern;
  }
}

TEST_F(OpenApi, WhatAnOperationOfTheNativeApiDoesNotListIsRefused) {
  become_admin();
  for (const Route* route : server_->router().routes()) {
    if (!route->pattern.starts_with("/v1/")) continue;
    std::string path = route->pattern;
    for (std::size_t brace = 0; (brace = path.find('{')) != std::string::npos;) {
      path.replace(brace, path.find('}', brace) + 1 - brace, "1");
    }
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + path);
    EXPECT_TRUE(operation(*route)->at("responses").as_object().contains("400"));
    const Answer answer = send(route->method, path + "?unheard-of=1", "", {}, "");
    ASSERT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.text("field"), "unheard-of");
    for (const std::string& parameter : parameters(*route)) {
      if (!parameter.starts_with("query ")) continue;
      EXPECT_THAT(answer.text("detail"), testing::HasSubstr(parameter.substr(6)));
    }
  }
}

TEST_F(OpenApi, EveryAnswerSaysItsRequestIdAndEveryErrorIsAProblem) {
  for (const auto& [path, item] : document_.at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      if (method == "parameters") continue;
      for (const auto& [status, response] : operation.at("responses").as_object()) {
        SCOPED_TRACE(std::string(method) + " " + std::string(path) + " " + std::string(status));
        const json::value& whole = resolved(response);
        EXPECT_TRUE(whole.at("headers").as_object().contains("Rapport-Request-Id"));
        if (status.front() >= '4') {
          EXPECT_TRUE(whole.at("content").as_object().contains("application/problem+json"));
        }
      }
    }
  }
}

TEST_F(OpenApi, EveryReferenceLeadsSomewhereAndEveryComponentIsUsed) {
  std::set<std::string> used;
  walk(document_, [&](const json::value& value) {
    const json::value* ref = value.is_object() ? value.as_object().if_contains("$ref") : nullptr;
    if (ref == nullptr || !ref->is_string()) return;
    const std::string pointer = std::string(ref->as_string()).substr(1);
    boost::system::error_code missing;
    EXPECT_NE(document_.find_pointer(pointer, missing), nullptr) << pointer;
    used.insert(pointer);
  });
  for (const auto& [kind, components] : document_.at("components").as_object()) {
    if (kind == "securitySchemes") continue;
    for (const auto& [name, component] : components.as_object()) {
      EXPECT_TRUE(used.contains("/components/" + std::string(kind) + "/" + std::string(name))) << name;
    }
  }
}

TEST_F(OpenApi, OperationsHaveNamesOfTheirOwn) {
  std::set<std::string> names;
  walk(document_.at("paths"), [&](const json::value& value) {
    if (!value.is_object() || !value.as_object().contains("operationId")) return;
    EXPECT_TRUE(names.insert(value.at("operationId").as_string().c_str()).second) << value.at("operationId");
    EXPECT_FALSE(value.at("summary").as_string().empty());
  });
  EXPECT_EQ(names.size(), server_->router().routes().size());
}

}  // namespace
}  // namespace rapport

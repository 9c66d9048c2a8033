#include "engine/http/router.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

using Path = std::vector<std::string>;

Route route(HttpMethod method, std::string pattern) {
  return {.method = method, .pattern = std::move(pattern), .scope = "contact:read", .handler = handler_of([](auto&) {
                                                                                      return HttpResponse::empty();
                                                                                    })};
}

Router contacts() {
  Router router;
  router.add(route(HttpMethod::get, "/"));
  router.add(route(HttpMethod::get, "/v1/contacts"));
  router.add(route(HttpMethod::post, "/v1/contacts"));
  router.add(route(HttpMethod::get, "/v1/contacts/{id}"));
  router.add(route(HttpMethod::get, "/v1/contacts/{id}/timeline"));
  router.add(route(HttpMethod::get, "/v1/contacts/export"));
  router.add(route(HttpMethod::get, "/v1/identities/{channel}/{externalId}"));
  return router;
}

std::string found(const Router& router, HttpMethod method, const Path& path) {
  const RouteMatch match = router.match(method, path);
  return match.route != nullptr ? match.route->pattern : "none, allow: " + match.allow;
}

TEST(Router, MatchesLiteralsBeforeParameters) {
  const Router router = contacts();
  EXPECT_EQ(found(router, HttpMethod::get, {}), "/");
  EXPECT_EQ(found(router, HttpMethod::get, {"v1", "contacts"}), "/v1/contacts");
  EXPECT_EQ(found(router, HttpMethod::get, {"v1", "contacts", "7"}), "/v1/contacts/{id}");
  EXPECT_EQ(found(router, HttpMethod::get, {"v1", "contacts", "export"}), "/v1/contacts/export");
  EXPECT_EQ(found(router, HttpMethod::get, {"v1", "contacts", "export", "timeline"}), "/v1/contacts/{id}/timeline");
}

TEST(Router, NamesNoRouteForUnknownPaths) {
  const Router router = contacts();
  EXPECT_EQ(found(router, HttpMethod::get, {"v1"}), "none, allow: ");
  EXPECT_EQ(found(router, HttpMethod::get, {"v1", "contacts", ""}), "none, allow: ") << "a parameter is not empty";
  EXPECT_EQ(found(router, HttpMethod::get, {"v1", "contacts", "7", "timeline", "x"}), "none, allow: ");
  EXPECT_EQ(found(router, HttpMethod::get, {"V1", "contacts"}), "none, allow: ");
}

TEST(Router, ListsTheMethodsOfAKnownPath) {
  const Router router = contacts();
  EXPECT_EQ(found(router, HttpMethod::delete_, {"v1", "contacts"}), "none, allow: GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(found(router, HttpMethod::options, {"v1", "contacts", "7"}), "none, allow: GET, HEAD, OPTIONS");
}

TEST(Router, AnswersHeadWithGet) {
  Router router = contacts();
  EXPECT_EQ(found(router, HttpMethod::head, {"v1", "contacts"}), "/v1/contacts");
  router.add(route(HttpMethod::head, "/v1/contacts"));
  EXPECT_EQ(router.match(HttpMethod::head, Path{"v1", "contacts"}).route->method, HttpMethod::head);
  router.add(route(HttpMethod::post, "/v1/events"));
  EXPECT_EQ(found(router, HttpMethod::head, {"v1", "events"}), "none, allow: POST, OPTIONS");
}

TEST(Router, ListsItsTable) {
  std::string table;
  const Router router = contacts();
  for (const Route* each : router.routes()) table.append(each->pattern).append(" ");
  EXPECT_EQ(table,
            "/ /v1/contacts /v1/contacts /v1/contacts/{id} /v1/contacts/{id}/timeline /v1/contacts/export "
            "/v1/identities/{channel}/{externalId} ");
}

TEST(Router, TellsWhereParametersStand) {
  const Router router = contacts();
  const Route* identities = router.match(HttpMethod::get, Path{"v1", "identities", "web", "a"}).route;
  ASSERT_EQ(identities->parameters.size(), 2u);
  EXPECT_EQ(identities->parameters[0], (std::pair<std::string, std::size_t>{"channel", 2}));
  EXPECT_EQ(identities->parameters[1], (std::pair<std::string, std::size_t>{"externalId", 3}));
}

TEST(RouterDeathTest, RefusesABadTable) {
  Router router = contacts();
  EXPECT_DEATH(router.add(route(HttpMethod::get, "/v1/contacts/{other}")), "share");
  EXPECT_DEATH(router.add(route(HttpMethod::get, "v1")), "slash");
  EXPECT_DEATH(router.add(route(HttpMethod::get, "/v1//x")), "empty");
  EXPECT_DEATH(router.add(route(HttpMethod::get, "/v1/{id")), "malformed");
  EXPECT_DEATH(router.add({.pattern = "/x"}), "handler");
}

}  // namespace
}  // namespace rapport

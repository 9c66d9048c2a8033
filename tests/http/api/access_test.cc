// Who may call what: every route of the API, with the scope it asks for. A route that is not in the table fails the
// test, so that nobody adds one without saying who may call it.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using Access = ApiTest;

// "METHOD pattern scope"
const std::vector<std::string> kAccess{
    "DELETE /api/v1/crm/objects/company/{id} company:delete",
    "DELETE /api/v1/crm/objects/contact/{id} contact:delete",
    "DELETE /api/v1/crm/objects/object-field/{id} attribute:delete",
    "DELETE /api/v1/crm/tag tag:delete",
    "DELETE /api/v1/crm/tag/{id} tag:delete",
    "DELETE /v1/contacts/{id} contact:delete",
    "DELETE /v1/keys/{id} key:write",
    "GET /api/v1/crm/objects/company company:read",
    "GET /api/v1/crm/objects/company/{id} company:read",
    "GET /api/v1/crm/objects/contact contact:read",
    "GET /api/v1/crm/objects/contact/{id} contact:read",
    "GET /api/v1/crm/objects/object-field attribute:read",
    "GET /api/v1/crm/objects/object-field/{id} attribute:read",
    "GET /api/v1/crm/tag tag:read",
    "GET /api/v1/crm/tag/{id} tag:read",
    "GET /healthz open",
    "GET /metrics status:read",
    "GET /readyz open",
    "GET /v1/contacts contact:read",
    "GET /v1/contacts/{id} contact:read",
    "GET /v1/contacts/{id}/activity timeline:read",
    "GET /v1/contacts/{id}/blame timeline:read",
    "GET /v1/contacts/{id}/diff timeline:read",
    "GET /v1/contacts/{id}/timeline timeline:read",
    "GET /v1/identities/{channel}/{externalId} contact:read",
    "GET /v1/keys key:read",
    "GET /v1/parked parked:read",
    "GET /v1/rebuilds rebuild:read",
    "GET /v1/rebuilds/{id} rebuild:read",
    "GET /v1/status status:read",
    "PATCH /v1/contacts/{id} contact:write",
    "POST /api/v1/crm/objects/company company:write",
    "POST /api/v1/crm/objects/contact contact:write",
    "POST /api/v1/crm/objects/object-field attribute:write",
    "POST /api/v1/crm/tag tag:write",
    "POST /v1/contacts contact:write",
    "POST /v1/contacts/{id}/archive contact:write",
    "POST /v1/contacts/{id}/merge contact:write",
    "POST /v1/contacts/{id}/tags contact:write",
    "POST /v1/contacts/{id}/unarchive contact:write",
    "POST /v1/contacts/{id}/unmerge contact:write",
    "POST /v1/events event:write",
    "POST /v1/keys key:write",
    "POST /v1/rebuilds rebuild:write",
    "POST /v1/rebuilds/{id}/cancel rebuild:write",
    "POST /v1/rebuilds/{id}/pause rebuild:write",
    "POST /v1/rebuilds/{id}/resume rebuild:write",
    "POST /v1/rebuilds/{id}/throttle rebuild:write",
    "PUT /api/v1/crm/objects/company/{id} company:write",
    "PUT /api/v1/crm/objects/contact/{id} contact:write",
    "PUT /api/v1/crm/objects/object-field/{id} attribute:write",
    "PUT /api/v1/crm/tag/{id} tag:write",
};

// "/v1/contacts/1" of "/v1/contacts/{id}"
std::string path_of(std::string pattern) {
  for (std::size_t begin; (begin = pattern.find('{')) != std::string::npos;) {
    pattern.replace(begin, pattern.find('}') + 1 - begin, "1");
  }
  return pattern;
}

TEST_F(Access, EveryRouteAsksForTheScopeOfTheTable) {
  std::vector<std::string> found;
  for (const Route* route : server_->router().routes()) {
    found.push_back(std::string(http_method_name(route->method)) + " " + route->pattern + " " +
                    (route->open ? "open" : route->scope));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, kAccess);
}

TEST_F(Access, NobodyComesInWithoutAKeyOrWithoutTheScope) {
  become({"weather:read"});
  const std::string other = key_;
  for (const Route* route : server_->router().routes()) {
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + route->pattern);
    const std::string path = path_of(route->pattern);
    become_nobody();
    const Answer without = send(route->method, path);
    key_ = other;
    const Answer denied = send(route->method, path);
    if (route->open) {
      EXPECT_EQ(without.status, 200);
      continue;
    }
    EXPECT_EQ(without.status, 401);
    EXPECT_EQ(denied.status, 403);
    EXPECT_THAT(denied.text("detail"), testing::HasSubstr(route->scope));
  }
}

TEST_F(Access, TheScopeOfARouteIsEnoughForIt) {
  for (const Route* route : server_->router().routes()) {
    if (route->open) continue;
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + route->pattern);
    become({route->scope});
    const Answer answer = send(route->method, path_of(route->pattern));
    EXPECT_THAT(answer.status, testing::AllOf(testing::Ne(401), testing::Ne(403), testing::Lt(500))) << answer.body;
  }
}

}  // namespace
}  // namespace rapport

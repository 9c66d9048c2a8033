// Who may call what: every route of the API, with the scope it asks for. A route that is not in the table fails the
// test, so that nobody adds one without saying who may call it.
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <map>

#include "engine/auth/scope.h"
#include "engine/publish/own_events.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

class Access : public ApiTest {
 protected:
  std::string key_with(const std::vector<std::string>& scopes) {
    become(scopes);
    const std::string made = key_;
    become_admin();
    return made;
  }

  // As time makes one: the API makes none that has expired.
  std::string expired_key() {
    const ApiKeyText key = draw_api_key();
    const KeyCreated created{key.id, "expired", hash_secret(key.secret), {"*"}, now_wall_clock()};
    std::promise<bool> told;
    engine_->publisher().append_own({own_event(EventType::key_created, ControlSubject{}, created)}, {},
                                    [&](auto published) { told.set_value(published.has_value()); });
    EXPECT_TRUE(told.get_future().get());
    return key.text();
  }
};

// "METHOD pattern scope"
const std::vector<std::string> kAccess{
    "DELETE /api/v1/crm/objects/company/{id} company:delete",
    "DELETE /api/v1/crm/objects/contact/{id} contact:delete",
    "DELETE /api/v1/crm/objects/object-field/{id} attribute:delete",
    "DELETE /api/v1/crm/tag tag:delete",
    "DELETE /api/v1/crm/tag/{id} tag:delete",
    "DELETE /v1/contacts/{id} contact:delete",
    "DELETE /v1/keys/{id} key:write",
    "DELETE /v1/session open",
    "GET / open",
    "GET /api/v1/crm/objects/case case:read",
    "GET /api/v1/crm/objects/case/{id} case:read",
    "GET /api/v1/crm/objects/company company:read",
    "GET /api/v1/crm/objects/company/{id} company:read",
    "GET /api/v1/crm/objects/contact contact:read",
    "GET /api/v1/crm/objects/contact/{id} contact:read",
    "GET /api/v1/crm/objects/object-field attribute:read",
    "GET /api/v1/crm/objects/object-field/{id} attribute:read",
    "GET /api/v1/crm/tag tag:read",
    "GET /api/v1/crm/tag/{id} tag:read",
    "GET /channel.js open",
    "GET /console/{file} open",
    "GET /healthz open",
    "GET /metrics status:read",
    "GET /openapi.json open",
    "GET /readyz open",
    "GET /v1/attributes attribute:read",
    "GET /v1/backups backup:read",
    "GET /v1/backups/{id} backup:read",
    "GET /v1/companies company:read",
    "GET /v1/companies/{id} company:read",
    "GET /v1/contacts contact:read",
    "GET /v1/contacts/{id} contact:read",
    "GET /v1/contacts/{id}/activity timeline:read",
    "GET /v1/contacts/{id}/blame timeline:read",
    "GET /v1/contacts/{id}/diff timeline:read",
    "GET /v1/contacts/{id}/export timeline:read",
    "GET /v1/contacts/{id}/timeline timeline:read",
    "GET /v1/erasures erasure:read",
    "GET /v1/feed timeline:read",
    "GET /v1/identities/{channel}/{externalId} contact:read",
    "GET /v1/keys key:read",
    "GET /v1/parked parked:read",
    "GET /v1/parked/{id} parked:read",
    "GET /v1/rebuilds rebuild:read",
    "GET /v1/rebuilds/{id} rebuild:read",
    "GET /v1/reverts revert:read",
    "GET /v1/reverts/{id} revert:read",
    "GET /v1/status status:read",
    "GET /v1/tags tag:read",
    "OPTIONS /v1/channel open",
    "PATCH /v1/contacts/{id} contact:write",
    "POST /api/v1/crm/block-visitor contact:write",
    "POST /api/v1/crm/contact/list contact:read",
    "POST /api/v1/crm/contact/merge/{id} contact:write",
    "POST /api/v1/crm/objects/company company:write",
    "POST /api/v1/crm/objects/contact contact:write",
    "POST /api/v1/crm/objects/object-field attribute:write",
    "POST /api/v1/crm/tag tag:write",
    "POST /v1/backups backup:write",
    "POST /v1/channel open",
    "POST /v1/contacts contact:write",
    "POST /v1/contacts/{id}/archive contact:write",
    "POST /v1/contacts/{id}/erase erasure:write",
    "POST /v1/contacts/{id}/merge contact:write",
    "POST /v1/contacts/{id}/tags contact:write",
    "POST /v1/contacts/{id}/unarchive contact:write",
    "POST /v1/contacts/{id}/unmerge contact:write",
    "POST /v1/contacts/{id}/visits contact:write",
    "POST /v1/events event:write",
    "POST /v1/keys key:write",
    "POST /v1/parked/{id}/discard parked:write",
    "POST /v1/parked/{id}/retry parked:write",
    "POST /v1/rebuilds rebuild:write",
    "POST /v1/rebuilds/{id}/accept rebuild:write",
    "POST /v1/rebuilds/{id}/cancel rebuild:write",
    "POST /v1/rebuilds/{id}/pause rebuild:write",
    "POST /v1/rebuilds/{id}/resume rebuild:write",
    "POST /v1/rebuilds/{id}/throttle rebuild:write",
    "POST /v1/reverts revert:write",
    "POST /v1/reverts/{id}/cancel revert:write",
    "POST /v1/session any key",
    "PUT /api/v1/crm/objects/company/{id} company:write",
    "PUT /api/v1/crm/objects/contact/{id} contact:write",
    "PUT /api/v1/crm/objects/object-field/{id} attribute:write",
    "PUT /api/v1/crm/tag/{id} tag:write",
};

// "/v1/contacts/1" of "/v1/contacts/{id}"
std::string path_of(std::string pattern) {
  if (pattern == "/console/{file}") return "/console/main.js";
  for (std::size_t begin; (begin = pattern.find('{')) != std::string::npos;) {
    pattern.replace(begin, pattern.find('}') + 1 - begin, "1");
  }
  return pattern.ends_with("/feed") ? pattern + "?live=0" : pattern;  // the live one has no end
}

TEST_F(Access, EveryRouteAsksForTheScopeOfTheTable) {
  std::vector<std::string> found;
  for (const Route* route : server_->router().routes()) {
    found.push_back(std::string(http_method_name(route->method)) + " " + route->pattern + " " +
                    (route->open      ? "open"
                     : route->any_key ? "any key"
                                      : route->scope));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, kAccess);
}

TEST_F(Access, WhoeverLacksTheScopeIsDeniedAndToldWhichItIs) {
  const std::string revoked = key_with({"*"});
  const std::string id = revoked.substr(3, revoked.find('_', 3) - 3);
  ASSERT_EQ(send(HttpMethod::delete_, "/v1/keys/" + id).status, 204);
  const std::string expired = expired_key();
  std::map<std::string, std::string> key_of_scope;
  for (const Route* route : server_->router().routes()) {
    if (!route->scope.empty()) key_of_scope.emplace(route->scope, "");
  }
  for (auto& [scope, key] : key_of_scope) key = key_with({scope});

  for (const Route* route : server_->router().routes()) {
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + route->pattern);
    const std::string path = path_of(route->pattern);
    const bool compatible = path.starts_with("/api/v1/");
    const auto answer_to = [&](const std::string& key) {
      key_ = key;
      return send(route->method, path);
    };
    if (route->pattern == "/v1/channel" && route->method == HttpMethod::post) {
      // Open, because its key stands in the body; one in the header is as good as none.
      become_admin();
      EXPECT_EQ(post(path, R"({"visitor":"0123456789abcdef0123456789abcdef","events":[1]})").status, 401);
      continue;
    }
    if (route->open) {
      EXPECT_THAT(answer_to("").status, testing::AnyOf(200, 204));
      EXPECT_THAT(answer_to(expired).status, testing::AnyOf(200, 204));
      continue;
    }
    for (const std::string& nobody : {std::string(), revoked, expired, "rk_other_" + std::string(43, 'x')}) {
      const Answer refused = answer_to(nobody);
      EXPECT_EQ(refused.status, 401) << nobody;
      EXPECT_EQ(refused.header("WWW-Authenticate"), "Bearer realm=\"rapport\"");
      EXPECT_EQ(refused.text("code"), compatible ? "ERROR_UNAUTHORIZED" : "unauthorized");
    }
    for (const auto& [scope, key] : key_of_scope) {
      const Answer answer = answer_to(key);
      if (route->any_key || scope == route->scope) {
        EXPECT_THAT(answer.status, testing::AllOf(testing::Ne(401), testing::Lt(500))) << answer.body;
        if (answer.status == 403) {
          EXPECT_THAT(answer.text("detail"), testing::HasSubstr("personal:read"));
        }
      } else {
        EXPECT_EQ(answer.status, 403) << scope;
        EXPECT_EQ(answer.text("code"), compatible ? "ERROR_UNAUTHORIZED_ACCESS" : "forbidden");
        EXPECT_THAT(answer.text("detail"), testing::HasSubstr(route->scope));
      }
    }
  }
}

TEST_F(Access, APagesKeyIsGoodForNoRouteOfThese) {
  const Answer made = post("/v1/keys", R"({"name":"shop","origins":["https://shop.example"],"fields":["name"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  key_ = made.text("key");
  for (const Route* route : server_->router().routes()) {
    if (route->open) continue;
    const Answer refused =
        send(route->method, path_of(route->pattern), "", HttpHeaders{{"Origin", "https://shop.example"}});
    EXPECT_EQ(refused.status, 403) << http_method_name(route->method) << " " << route->pattern;
  }
}

TEST_F(Access, EveryScopeOfARouteIsOneThatAKeyCanHave) {
  for (const Route* route : server_->router().routes()) {
    if (!route->scope.empty()) {
      EXPECT_TRUE(check_scope(route->scope)) << route->pattern;
    }
    EXPECT_EQ(route->scope.empty(), route->open || route->any_key) << route->pattern;
  }
}

TEST_F(Access, AKeyTellsWhenItWasLastUsed) {
  const auto last_used = [&](const std::string& id) {
    become_admin();
    const auto list = get("/v1/keys").json;
    for (const auto& key : list.at("items").as_array()) {
      if (key.at("id").as_string() == id) return key.at("lastUsed");
    }
    return boost::json::value("no such key");
  };
  const std::string key = key_with({"contact:read"});
  const std::string id = key.substr(3, key.find('_', 3) - 3);
  EXPECT_TRUE(last_used(id).is_null());
  key_ = key;
  EXPECT_EQ(get("/v1/contacts").status, 200);
  EXPECT_TRUE(parse_timestamp(last_used(id).as_string().c_str()));
}

TEST_F(Access, AKeyMakesNoKeyThatMayMore) {
  key_ = key_with({"key:write", "contact:read"});
  EXPECT_EQ(post("/v1/keys", R"({"name":"a","scopes":["contact:read"]})").status, 201);
  const Answer refused = post("/v1/keys", R"({"name":"a","scopes":["contact:read","contact:write"]})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.text("detail"), testing::HasSubstr("contact:write"));
  EXPECT_EQ(refused.text("field"), "scopes");
}

}  // namespace
}  // namespace rapport

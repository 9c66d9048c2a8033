// A session as a browser meets it: a cookie of a key, good for reads.
#include <gmock/gmock.h>

#include "engine/http/api/request_access.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using testing::HasSubstr;

class Sessions : public ApiTest {
 protected:
  // "rapport-session=..." of a new session of the key.
  std::string sign_in() {
    const Answer answer = post("/v1/session", "");
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string cookie = answer.header("Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
  }
  Answer with_cookie(HttpMethod method, const std::string& target, const std::string& cookie) {
    become_nobody();
    return send(method, target, "", HttpHeaders{{"Cookie", cookie}});
  }
};

TEST_F(Sessions, AKeyBecomesACookieThatScriptsAndOtherSitesCannotUse) {
  become({"contact:read"});
  const Answer answer = post("/v1/session", "");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string cookie = answer.header("Set-Cookie");
  EXPECT_THAT(cookie, testing::StartsWith("rapport-session="));
  for (const char* attribute : {"; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200"}) {
    EXPECT_THAT(cookie, HasSubstr(attribute));
  }
  EXPECT_THAT(cookie, testing::Not(HasSubstr("Secure")));
  const Answer by_proxy = send(HttpMethod::post, "/v1/session", "", HttpHeaders{{"X-Forwarded-Proto", "https"}});
  EXPECT_THAT(by_proxy.header("Set-Cookie"), HasSubstr("; Secure"));
  EXPECT_EQ(answer.at("/scopes"), boost::json::array{"contact:read"});
  EXPECT_TRUE(parse_timestamp(answer.text("expires")));
  EXPECT_THAT(cookie, testing::Not(HasSubstr(key_.substr(key_.size() - 43)))) << "the secret stays out of it";
}

TEST_F(Sessions, ItReadsWhatItsKeyReads) {
  become({"contact:read"});
  const std::string cookie = sign_in();
  EXPECT_EQ(with_cookie(HttpMethod::get, "/v1/contacts", cookie).status, 200);
  EXPECT_EQ(with_cookie(HttpMethod::get, "/v1/contacts", "theme=dark; " + cookie + "; a=b").status, 200);
  EXPECT_EQ(with_cookie(HttpMethod::head, "/v1/contacts", cookie).status, 200);
  EXPECT_EQ(with_cookie(HttpMethod::get, "/v1/keys", cookie).status, 403);
}

// Other ports and domains of the same site make a browser send the cookie, too.
TEST_F(Sessions, WhatItReadsIsForNoPageOfAnotherOrigin) {
  const std::string cookie = sign_in();
  for (const char* target : {"/v1/contacts", "/v1/contacts/1", "/v1/feed?live=0", "/v1/keys", "/metrics"}) {
    const Answer answer = with_cookie(HttpMethod::get, target, cookie);
    EXPECT_EQ(answer.header("Cross-Origin-Resource-Policy"), "same-origin") << target;
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff") << target;
  }
}

TEST_F(Sessions, ItWritesNothing) {
  const std::string cookie = sign_in();
  for (const Route* route : server_->router().routes()) {
    if (route->open || route->method == HttpMethod::get) continue;
    std::string path = route->pattern;
    if (const auto id = path.find("{id}"); id != std::string::npos) path.replace(id, 4, "1");
    const Answer refused = with_cookie(route->method, path, cookie);
    EXPECT_EQ(refused.status, 401) << path;
    EXPECT_THAT(refused.text("detail"), HasSubstr("a session reads only")) << path;
  }
}

TEST_F(Sessions, AKeyThatIsSentCountsAndNotTheCookie) {
  const std::string cookie = sign_in();
  become({"status:read"});
  EXPECT_EQ(get("/v1/contacts", HttpHeaders{{"Cookie", cookie}}).status, 403);
}

TEST_F(Sessions, ItEndsWithItsKey) {
  become({"contact:read"});
  const std::string cookie = sign_in();
  const std::string id = key_.substr(3, key_.find('_', 3) - 3);
  become_admin();
  ASSERT_EQ(send(HttpMethod::delete_, "/v1/keys/" + id).status, 204);
  EXPECT_EQ(with_cookie(HttpMethod::get, "/v1/contacts", cookie).status, 401);
}

TEST_F(Sessions, ItIsOverForWhoeverKeptTheCookie) {
  become({"contact:read"});
  const std::string key = key_;
  const std::string cookie = sign_in(), other = sign_in();
  ASSERT_EQ(with_cookie(HttpMethod::get, "/v1/contacts", cookie).status, 200);
  ASSERT_EQ(with_cookie(HttpMethod::delete_, "/v1/session", cookie).status, 204);
  const Answer refused = with_cookie(HttpMethod::get, "/v1/contacts", cookie);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.text("detail"), "the session was ended");
  EXPECT_EQ(with_cookie(HttpMethod::delete_, "/v1/session", cookie).status, 204) << "once more";
  EXPECT_EQ(with_cookie(HttpMethod::get, "/v1/contacts", other).status, 200) << "another browser's goes on";
  key_ = key;
  EXPECT_EQ(with_cookie(HttpMethod::get, "/v1/contacts", sign_in()).status, 200) << "and so does its key";
}

TEST_F(Sessions, NobodyEndsWhatIsNotTheirs) {
  const std::string cookie = sign_in();
  for (const std::string& other :
       {cookie + "x", cookie.substr(0, cookie.size() - 1), std::string("rapport-session=")}) {
    EXPECT_EQ(with_cookie(HttpMethod::delete_, "/v1/session", other).status, 204);
  }
  EXPECT_EQ(with_cookie(HttpMethod::get, "/v1/contacts", cookie).status, 200);
}

TEST_F(Sessions, WhatIsNoSessionIsNobody) {
  const std::string cookie = sign_in();
  for (const std::string& other : {std::string(kSessionCookie), std::string(kSessionCookie) + "=", cookie + "x",
                                   "x" + cookie, std::string("a=b")}) {
    EXPECT_EQ(with_cookie(HttpMethod::get, "/v1/contacts", other).status, 401) << other;
  }
  EXPECT_EQ(with_cookie(HttpMethod::post, "/v1/session", cookie).status, 401) << "a session makes no session";
}

TEST_F(Sessions, ItIsForgotten) {
  become_nobody();
  const Answer answer = send(HttpMethod::delete_, "/v1/session");
  EXPECT_EQ(answer.status, 204);
  EXPECT_THAT(answer.header("Set-Cookie"), testing::AllOf(HasSubstr("rapport-session=;"), HasSubstr("Max-Age=0")));
}

}  // namespace
}  // namespace rapport

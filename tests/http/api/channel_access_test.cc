// Whose messages POST /v1/channel takes, and of which form.
#include <gmock/gmock.h>

#include <future>

#include "engine/auth/page_scope.h"
#include "engine/http/api/page_message.h"
#include "engine/publish/own_events.h"
#include "tests/http/api/channel_test.h"

namespace rapport {
namespace {

using ChannelAccess = ChannelTest;

TEST_F(ChannelAccess, IsOpenToPagesOfTheOriginsThatTheKeyLists) {
  EXPECT_EQ(say(page(1), kVisitor, "https://www.shop.example").status, 200);
  for (const char* other : {"", "null", "https://evil.example", "http://shop.example", "https://shop.example:8443",
                            "https://shop.example.evil.example", "field:name"}) {
    const Answer refused = say(page(2), kOther, other);
    EXPECT_EQ(refused.status, 403) << other;
    EXPECT_EQ(refused.text("code"), "forbidden") << other;
    EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), "*") << "a script reads why it is refused";
  }
  EXPECT_TRUE(holder("page-" + id_of(shop_), kOther).is_null());
}

TEST_F(ChannelAccess, TakesNoKeyButAGoodOneOfAPage) {
  const ApiKeyText expired = draw_api_key();
  const KeyCreated created{expired.id, "expired", hash_secret(expired.secret), {page_scope(kOrigin)}, now_wall_clock()};
  std::promise<bool> told;
  engine_->publisher().append_own({own_event(EventType::key_created, ControlSubject{}, created)}, {},
                                  [&](auto published) { told.set_value(published.has_value()); });
  ASSERT_TRUE(told.get_future().get());
  const std::string revoked = page_key(R"("origins":["https://shop.example"])");
  ASSERT_EQ(send(HttpMethod::delete_, "/v1/keys/" + id_of(revoked)).status, 204);
  for (const std::string& nobody : {std::string(), std::string("rk_"), revoked, expired.text(),
                                    ApiKeyText{id_of(shop_), std::string(43, 'x')}.text()}) {
    EXPECT_EQ(say_under(nobody, page(1)).status, 401) << nobody;
  }
  become({"*:*"});
  const std::string may_more = key_;
  for (const std::string& key : {admin_, may_more}) EXPECT_EQ(say_under(key, page(1)).status, 403);
  for (const std::string& key : {revoked, expired.text(), admin_}) {
    EXPECT_TRUE(holder("page-" + id_of(key), kVisitor).is_null());
  }
}

TEST_F(ChannelAccess, AMessageIsBounded) {
  std::string events = page(0);
  for (std::size_t i = 1; i < kPageEventsMax; ++i) events += "," + page(static_cast<int>(i));
  EXPECT_EQ(say(events).number_at("/totals/durable"), 20);
  EXPECT_EQ(say(events + "," + page(20)).status, 413);
  const std::string text(kPageMessageBytesMax - 300, 'a');
  EXPECT_EQ(say(event(30, "chat.message", R"({"caseId":"c","text":")" + text + R"("})")).status, 200);
  EXPECT_EQ(say(event(31, "chat.message", R"({"caseId":"c","text":")" + text + std::string(300, 'a') + R"("})")).status,
            413);
}

// Else the browser keeps the answer from the script, which takes it for a lost connection and sends the same again.
TEST_F(ChannelAccess, AScriptReadsThatABodyIsTooLarge) {
  const Answer refused = send_body(std::string(kPageMessageBytesMax + 1, ' '));
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), "*");
}

TEST_F(ChannelAccess, AMessageThatIsNoneIsRefused) {
  for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "body"},
           {"{", "body"},
           {"", "body"},
           {R"({"visitor":"A0112233445566778899aabbccddeeff","events":[1]})", "visitor"},
           {R"({"visitor":"7","events":[1]})", "visitor"},
           {R"({"key":7,"events":[1]})", "key"},
           {R"({"visitor":"00112233445566778899aabbccddeeff"})", "events"},
           {R"({"visitor":"00112233445566778899aabbccddeeff","events":[]})", "events"},
           {R"({"visitor":"00112233445566778899aabbccddeeff","events":{}})", "events"},
           {R"({"visitor":"00112233445566778899aabbccddeeff","events":[1],"time":1})", "time"}}) {
    const Answer refused = send_body(body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.text("field"), field) << body;
  }
}

TEST_F(ChannelAccess, ABrowserThatAsksFirstIsToldWhetherAKeyListsTheOrigin) {
  const auto ask = [&](const std::string& origin) {
    become_nobody();
    return send(HttpMethod::options, "/v1/channel", "",
                HttpHeaders{{"Origin", origin}, {"Access-Control-Request-Method", "POST"}});
  };
  const Answer listed = ask(kOrigin);
  EXPECT_EQ(listed.status, 204);
  EXPECT_EQ(listed.header("Access-Control-Allow-Origin"), kOrigin);
  EXPECT_EQ(listed.header("Access-Control-Allow-Methods"), "POST");
  EXPECT_EQ(listed.header("Access-Control-Allow-Headers"), "Content-Type");
  for (const char* other : {"https://evil.example", "null", "field:name"}) {
    EXPECT_EQ(ask(other).header("Access-Control-Allow-Origin"), "") << other;
  }
  become_admin();
  ASSERT_EQ(send(HttpMethod::delete_, "/v1/keys/" + id_of(shop_)).status, 204);
  EXPECT_EQ(ask(kOrigin).header("Access-Control-Allow-Origin"), "");
}

TEST_F(ChannelAccess, AKeyOfAPageIsMadeAndListedWithItsOriginsAndFields) {
  const Answer list = get("/v1/keys");
  for (const auto& key : list.at("/items").as_array()) {
    const bool is_page = key.at("name") == "shop";
    const boost::json::array origins{"https://shop.example", "https://www.shop.example"}, fields{"name", "email"};
    EXPECT_EQ(key.at("origins"), is_page ? origins : boost::json::array());
    EXPECT_EQ(key.at("fields"), is_page ? fields : boost::json::array());
  }
  for (const auto& [members, field] : std::vector<std::pair<std::string, std::string>>{
           {R"("origins":["https://shop.example/"])", "origins"},
           {R"("origins":["*"])", "origins"},
           {R"("origins":[7])", "origins"},
           {R"("origins":[])", "scopes"},
           {R"("fields":["name"])", "origins"},
           {R"("origins":["https://shop.example"],"fields":[""])", "fields"},
           {R"("origins":["https://shop.example"],"scopes":["contact:read"])", "scopes"},
           {R"("origins":["https://shop.example"],"scopes":[])", "scopes"},
           {R"("scopes":["page:https://shop.example"])", "scopes"}}) {
    const Answer refused = post("/v1/keys", R"({"name":"shop",)" + members + "}");
    EXPECT_EQ(refused.status, 400) << members;
    EXPECT_EQ(refused.text("field"), field) << members;
  }
}

}  // namespace
}  // namespace rapport

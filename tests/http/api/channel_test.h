// A shop whose pages publish under a key of theirs.
#pragma once

#include <string>
#include <vector>

#include "tests/http/api/api_test.h"

namespace rapport {

inline constexpr const char* kOrigin = "https://shop.example";
inline constexpr const char* kVisitor = "00112233445566778899aabbccddeeff";
inline constexpr const char* kOther = "ffeeddccbbaa99887766554433221100";

inline std::string id_of(const std::string& key) { return key.substr(3, key.find('_', 3) - 3); }

// Like the script's: 32 hex digits.
inline std::string event_id(int number) {
  const std::string digits = std::to_string(number);
  return std::string(32 - digits.size(), '0') + digits;
}

inline std::string event(int number, const std::string& type, const std::string& data = "{}") {
  return R"({"id":")" + event_id(number) + R"(","type":")" + type + R"(","data":)" + data + "}";
}

inline std::string page(int number) { return event(number, "page.viewed", R"({"url":"https://shop.example/"})"); }

class ChannelTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    shop_ = page_key(R"("origins":["https://shop.example","https://www.shop.example"],"fields":["name","email"])");
  }

  std::string page_key(const std::string& members) {
    become_admin();
    const Answer made = post("/v1/keys", R"({"name":"shop",)" + members + "}");
    EXPECT_EQ(made.status, 201) << made.body;
    return made.text("key");
  }

  // A message of the events, as a page of the origin sends it. "": without an Origin.
  Answer say(const std::string& events, const std::string& visitor = kVisitor, const std::string& origin = kOrigin) {
    return say_under(shop_, events, visitor, origin);
  }
  Answer say_under(const std::string& key, const std::string& events, const std::string& visitor = kVisitor,
                   const std::string& origin = kOrigin) {
    const std::string body = R"({"key":")" + key + R"(","visitor":")" + visitor + R"(","events":[)" + events + "]}";
    return send_body(body, origin);
  }
  Answer send_body(const std::string& body, const std::string& origin = kOrigin) {
    become_nobody();
    HttpHeaders headers;
    if (!origin.empty()) headers.add("Origin", origin);
    Answer answer = send(HttpMethod::post, "/v1/channel", body, std::move(headers), "text/plain;charset=UTF-8");
    settle();
    become_admin();
    return answer;
  }
  // The answer says no position: whoever may not read has no use for one.
  void settle() {
    const auto ends = engine_->log().ends();
    ASSERT_TRUE(ends);
    const auto folded =
        engine_->folder().wait_folded(*ends, std::chrono::steady_clock::now() + std::chrono::seconds(10));
    ASSERT_TRUE(folded) << to_string(folded.error());
  }

  // Null where nobody holds the identity.
  boost::json::value holder(const std::string& channel, const std::string& name) {
    const Answer found = get("/v1/identities/" + channel + "/" + name);
    return found.status == 200 ? found.json.at("contactId") : boost::json::value();
  }
  std::string contact_path(const std::string& visitor = kVisitor) {
    return "/v1/contacts/" + boost::json::serialize(holder("page-" + id_of(shop_), visitor));
  }
  std::vector<std::string> types(const std::string& visitor = kVisitor) {
    std::vector<std::string> found;
    const Answer timeline = get(contact_path(visitor) + "/timeline?order=asc");
    EXPECT_EQ(timeline.status, 200) << timeline.body;
    for (const auto& item : timeline.json.at("items").as_array())
      found.emplace_back(item.at("type").as_string().c_str());
    return found;
  }

  std::string shop_;
};

}  // namespace rapport

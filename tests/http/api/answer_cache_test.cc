#include "engine/http/api/answer_cache.h"

#include <gmock/gmock.h>

#include <random>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kShards = 64;
constexpr Digest kRow{1}, kNextRow{2};

TEST(AnswerCache, GivesWhatWasMadeOfThatRow) {
  AnswerCache cache(1u << 20);
  const AnswerCache::Question itself{ContactId{1}}, page{ContactId{1}, 50}, shorter{ContactId{1}, 5};
  EXPECT_EQ(cache.find(itself, kRow), nullptr);
  cache.keep(itself, kRow, {"contact", "7"});
  cache.keep(page, kRow, {"page", ""});
  ASSERT_NE(cache.find(itself, kRow), nullptr);
  EXPECT_EQ(cache.find(itself, kRow)->body(), "contact");
  EXPECT_EQ(cache.find(itself, kRow)->tag(), "7");
  EXPECT_EQ(cache.find(page, kRow)->body(), "page");
  EXPECT_EQ(cache.find(shorter, kRow), nullptr);
  EXPECT_EQ(cache.find({ContactId{2}}, kRow), nullptr);
}

TEST(AnswerCache, ForgetsWhatWasMadeOfAnotherRow) {
  AnswerCache cache(1u << 20);
  const AnswerCache::Question itself{ContactId{1}};
  cache.keep(itself, kRow, {"before", ""});
  EXPECT_EQ(cache.find(itself, kNextRow), nullptr);
  EXPECT_EQ(cache.find(itself, kRow), nullptr) << "it was dropped";
  cache.keep(itself, kRow, {"before", ""});
  cache.keep(itself, kNextRow, {"behind", ""});
  EXPECT_EQ(cache.find(itself, kNextRow)->body(), "behind");
}

// A text that cannot be packed.
std::string unlike_itself(std::size_t size) {
  std::mt19937 random(1);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST(AnswerCache, GivesALongOneAsItWas) {
  AnswerCache cache(64u << 20);
  const AnswerCache::Question page{ContactId{1}, 50};
  for (std::size_t size : {0, 1, 1023, 1024, 1025, 100'000}) {
    for (const std::string& body : {std::string(size, 'x'), unlike_itself(size)}) {
      cache.keep(page, kRow, {body, "tag"});
      EXPECT_EQ(cache.find(page, kRow)->body(), body);
      EXPECT_EQ(cache.find(page, kRow)->tag(), "tag");
    }
  }
}

TEST(AnswerCache, HoldsMoreOfWhatCanBePacked) {
  constexpr std::size_t kBody = 10'000, kOfAShard = 4;
  AnswerCache cache(kShards * kBody * kOfAShard);
  const auto of_one_shard = [](std::size_t n) { return AnswerCache::Question{ContactId{1 + n * kShards}}; };
  for (std::size_t n = 0; n < 10 * kOfAShard; ++n) cache.keep(of_one_shard(n), kRow, {std::string(kBody, 'x'), ""});
  for (std::size_t n = 0; n < 10 * kOfAShard; ++n) EXPECT_NE(cache.find(of_one_shard(n), kRow), nullptr) << n;
}

TEST(AnswerCache, OneThatIsVeryLongPushesNoneOut) {
  constexpr std::size_t kBody = 1'000, kOfAShard = 16;
  AnswerCache cache(kShards * kBody * kOfAShard);
  const auto of_one_shard = [](std::size_t n) { return AnswerCache::Question{ContactId{1 + n * kShards}}; };
  for (std::size_t n = 0; n < 3; ++n) cache.keep(of_one_shard(n), kRow, {unlike_itself(kBody), ""});
  cache.keep(of_one_shard(3), kRow, {unlike_itself(kBody * kOfAShard / 2), ""});
  EXPECT_EQ(cache.find(of_one_shard(3), kRow), nullptr);
  for (std::size_t n = 0; n < 3; ++n) EXPECT_NE(cache.find(of_one_shard(n), kRow), nullptr) << n;
}

TEST(AnswerCache, WhatWasNotAskedForLatelyGoesFirst) {
  constexpr std::size_t kBody = 10'000, kOfAShard = 4;
  AnswerCache cache(kShards * (kBody + 1'000) * kOfAShard);
  const auto of_one_shard = [](std::size_t n) { return AnswerCache::Question{ContactId{1 + n * kShards}}; };
  const std::string body = unlike_itself(kBody);
  for (std::size_t n = 0; n < kOfAShard; ++n) cache.keep(of_one_shard(n), kRow, {body, ""});
  ASSERT_NE(cache.find(of_one_shard(0), kRow), nullptr);
  cache.keep(of_one_shard(kOfAShard), kRow, {body, ""});
  EXPECT_NE(cache.find(of_one_shard(0), kRow), nullptr);
  EXPECT_EQ(cache.find(of_one_shard(1), kRow), nullptr);
  EXPECT_NE(cache.find(of_one_shard(kOfAShard), kRow), nullptr);
}

class CachedAnswers : public ApiTest {
 protected:
  void tell(const std::string& contact, const std::string& id, const std::string& data) {
    const Answer told =
        publish(R"({"specversion":"1.0","source":"s","id":")" + id +
                R"(","type":"contact.changed","subject":"contact/)" + contact + R"(","data":)" + data + "}");
    ASSERT_EQ(told.status, 200) << told.body;
  }
};

TEST_F(CachedAnswers, FollowTheContact) {
  tell("1", "e1", R"({"fields":{"name":"Ada"}})");
  for (int i = 0; i < 2; ++i) {
    const Answer contact = get("/v1/contacts/1");
    EXPECT_EQ(contact.text_at("/fields/name"), "Ada");
    EXPECT_EQ(contact.header("ETag"), "\"1\"");
    EXPECT_EQ(get("/v1/contacts/1/timeline").at("/items").as_array().size(), 1u);
  }
  tell("2", "e2", R"({"fields":{"name":"Bo"}})");
  EXPECT_EQ(get("/v1/contacts/1").header("Rapport-Position"), get("/v1/contacts/1/timeline").text("position"));
  tell("1", "e3", R"({"fields":{"name":"Ada L."}})");
  const Answer contact = get("/v1/contacts/1");
  EXPECT_EQ(contact.text_at("/fields/name"), "Ada L.");
  EXPECT_EQ(contact.header("ETag"), "\"2\"");
  EXPECT_EQ(get("/v1/contacts/1/timeline").text_at("/items/0/changes/0/old"), "Ada");
  EXPECT_EQ(get("/v1/contacts/1/timeline?limit=1").at("/items").as_array().size(), 1u);
  EXPECT_EQ(get("/v1/contacts/1/timeline?order=asc").text_at("/items/0/eventId"), "e1");
  EXPECT_EQ(get("/v1/contacts/1/timeline?type=visit.started").at("/items").as_array().size(), 0u);
  EXPECT_EQ(send(HttpMethod::delete_, "/v1/contacts/1").status, 200);
  EXPECT_EQ(get("/v1/contacts/1").status, 410);
  EXPECT_EQ(get("/v1/contacts/1/timeline").status, 410);
}

TEST_F(CachedAnswers, AreNotForWhoAsksForMore) {
  tell("1", "e1", R"({"fields":{"name":"Ada"}})");
  const std::vector<std::string> targets{"/v1/contacts/1", "/v1/contacts/1/timeline"};
  for (const std::string& target : targets) {
    for (int i = 0; i < 2; ++i) ASSERT_EQ(get(target).status, 200);
    EXPECT_EQ(get(target + "?colour=red").status, 400);
    EXPECT_EQ(get(target + "?limit=x").status, 400);
    EXPECT_EQ(get(target, {{"Rapport-Wait", "soon"}}).status, 400);
    EXPECT_EQ(get(target, {{"Rapport-After", "00000000.0-0"}}).status, 410);
    EXPECT_EQ(get(target, {{"Rapport-After", get(target).header("Rapport-Position")}}).body, get(target).body);
  }
  EXPECT_EQ(get(targets[1] + "?limit=5&limit=5").status, 400);
  EXPECT_EQ(get("/v1/contacts/0").status, 400);
  EXPECT_EQ(get(targets[0] + "?as_of=2020-01-01T00:00:00Z").status, 404);
}

TEST_F(CachedAnswers, AreNotForKeysThatSeeLess) {
  tell("1", "e1", R"({"fields":{"name":"Ada pii"}})");
  for (const char* target : {"/v1/contacts/1", "/v1/contacts/1/timeline"})
    EXPECT_THAT(get(target).body, HasSubstr("pii"));
  become({"contact:read", "timeline:read"});
  for (const char* target : {"/v1/contacts/1", "/v1/contacts/1/timeline"}) {
    const Answer masked = get(target);
    EXPECT_EQ(masked.status, 200);
    EXPECT_THAT(masked.body, Not(HasSubstr("pii")));
    EXPECT_EQ(get(target).body, masked.body);
  }
  become_admin();
  for (const char* target : {"/v1/contacts/1", "/v1/contacts/1/timeline"})
    EXPECT_THAT(get(target).body, HasSubstr("pii"));
}

TEST_F(CachedAnswers, ShowAMergeFromTheMomentItIsOne) {
  tell("1", "e1", R"({"fields":{"name":"Ada"}})");
  tell("2", "e2", R"({"fields":{"email":"ada@shop.example"}})");
  for (const char* id : {"1", "2"}) EXPECT_EQ(get(std::string("/v1/contacts/") + id).number("id"), std::stoll(id));
  ASSERT_EQ(post("/v1/contacts/2/merge", R"({"into":1})").status, 200);
  for (int i = 0; i < 2; ++i) {
    for (const char* id : {"1", "2"}) {
      const Answer whole = get(std::string("/v1/contacts/") + id);
      EXPECT_EQ(whole.number("id"), 1);
      EXPECT_EQ(whole.text_at("/fields/email"), "ada@shop.example");
    }
  }
  tell("2", "e3", R"({"fields":{"email":"ada@new.example"}})");
  EXPECT_EQ(get("/v1/contacts/1").text_at("/fields/email"), "ada@new.example");
}

}  // namespace
}  // namespace rapport

#include "engine/auth/key_ring.h"

#include <gmock/gmock.h>

#include <future>

#include "engine/log/embedded_log.h"
#include "engine/publish/own_events.h"
#include "tests/publish/intercepted_log.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class KeyRingTest : public testing::Test {
 protected:
  KeyRingTest()
      : log_(*EmbeddedLog::open({.directory = directory_.path() / "log"})),
        generation_(*Generation::open({.directory = directory_.path() / "rows"})),
        folder_(*Folder::start(*log_, generation_, {})),
        publisher_(*Publisher::open(*log_, *folder_, {})),
        ring_(*log_, *folder_, *publisher_) {}

  Result<ApiKeyText> create(const NewKey& key, const std::string& actor = "") {
    const auto drawn = ring_.draw(key, actor);
    if (!drawn) return drawn.error();
    RAPPORT_TRY(append(drawn->created));
    return drawn->text;
  }
  Result<void> revoke(const std::string& id) {
    const auto revoked = ring_.revocation(id);
    if (!revoked) return revoked.error();
    return append(*revoked);
  }
  Result<void> append(const Event& event) {
    std::promise<Result<void>> told;
    publisher_->append_own({event}, {}, [&](Result<Published> published) {
      told.set_value(published ? Result<void>() : Result<void>(published.error()));
    });
    return told.get_future().get();
  }
  // As the log may hold one: create() makes none that has expired.
  void append_key(const ApiKeyText& key, Timestamp expires) {
    std::promise<Result<Published>> told;
    const KeyCreated created{key.id, "a", hash_secret(key.secret), {"*"}, expires};
    publisher_->append_own({own_event(EventType::key_created, ControlSubject{}, created)}, {},
                           [&](auto published) { told.set_value(std::move(published)); });
    ASSERT_TRUE(told.get_future().get());
  }
  Errc refusal(const std::string& authorization, const char* scope = "contact:read") const {
    const auto principal = ring_.authorize(authorization, scope);
    return principal ? Errc::internal : principal.error().code;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
  std::shared_ptr<Generation> generation_;
  std::unique_ptr<Folder> folder_;
  std::unique_ptr<Publisher> publisher_;
  KeyRing ring_;
};

TEST_F(KeyRingTest, AKeyMayDoWhatItsScopesSay) {
  const auto key = create({.name = "reader", .scopes = {"contact:read"}, .expires = {}});
  ASSERT_TRUE(key) << to_string(key.error());
  const std::string header = "Bearer " + key->text();
  const auto principal = ring_.authorize(header, "contact:read");
  ASSERT_TRUE(principal) << to_string(principal.error());
  EXPECT_EQ(principal->key_id, key->id);
  EXPECT_TRUE(ring_.authorize("bearer " + key->text(), "contact:read"));
  EXPECT_EQ(refusal(header, "contact:write"), Errc::forbidden);
  EXPECT_EQ(refusal(header, ""), Errc::forbidden);
}

TEST_F(KeyRingTest, WhatIsNoGoodKeyIsNobody) {
  const auto key = create({.name = "reader", .scopes = {"*"}, .expires = {}});
  ASSERT_TRUE(key);
  EXPECT_TRUE(ring_.authorize("Bearer " + key->text(), "contact:read"));
  EXPECT_FALSE(ring_.authorize(std::nullopt, "contact:read"));
  EXPECT_EQ(refusal(""), Errc::unauthorized);
  EXPECT_EQ(refusal("Bearer "), Errc::unauthorized);
  EXPECT_EQ(refusal("Basic " + key->text()), Errc::unauthorized);
  EXPECT_EQ(refusal("Bearer " + ApiKeyText{key->id, std::string(43, 'x')}.text()), Errc::unauthorized);
  EXPECT_EQ(refusal("Bearer " + ApiKeyText{"other", key->secret}.text()), Errc::unauthorized);
}

TEST_F(KeyRingTest, ARevokedKeyIsNobody) {
  const auto key = create({.name = "a", .scopes = {"*"}, .expires = {}});
  ASSERT_TRUE(ring_.authorize("Bearer " + key->text(), "contact:read"));
  ASSERT_TRUE(revoke(key->id));
  EXPECT_EQ(refusal("Bearer " + key->text()), Errc::unauthorized);
  EXPECT_EQ(revoke("nobody").error().code, Errc::not_found);
}

TEST_F(KeyRingTest, AnExpiredKeyIsNobody) {
  const ApiKeyText key = draw_api_key();
  append_key(key, now_wall_clock());
  EXPECT_EQ(refusal("Bearer " + key.text()), Errc::unauthorized);
  const ApiKeyText other = draw_api_key();
  append_key(other, Timestamp{now_wall_clock().ms + 3'600'000});
  EXPECT_TRUE(ring_.authorize("Bearer " + other.text(), "contact:read"));
  EXPECT_EQ(create({.name = "b", .scopes = {"*"}, .expires = Timestamp{1}}).error().field, "expires");
}

TEST_F(KeyRingTest, AKeyGivesNoMoreThanItHas) {
  const auto giver =
      create({.name = "giver", .scopes = {"key:write", "contact:*", "dashboard/company"}, .expires = {}});
  const auto given = [&](std::vector<std::string> scopes) {
    return create({.name = "given", .scopes = std::move(scopes), .expires = {}}, giver->id);
  };
  EXPECT_TRUE(given({"contact:read", "contact:*", "company:write", "dashboard/company"}));
  for (const char* beyond : {"*", "*:*", "personal:read", "*:read", "dashboard/contact", "*/*"}) {
    const auto refused = given({"contact:read", beyond});
    ASSERT_FALSE(refused) << beyond;
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_THAT(refused.error().detail, testing::HasSubstr(beyond));
  }
  EXPECT_EQ(create({.name = "a", .scopes = {"contact:read"}, .expires = {}}, "nobody").error().code, Errc::forbidden);
}

TEST_F(KeyRingTest, AKeyMakesNoneThatOutlastsIt) {
  const Timestamp end{now_wall_clock().ms + 3'600'000};
  const auto giver = create({.name = "giver", .scopes = {"key:write", "contact:*"}, .expires = end});
  const auto given = [&](std::optional<Timestamp> expires) {
    return create({.name = "given", .scopes = {"contact:read"}, .expires = expires}, giver->id);
  };
  EXPECT_TRUE(given(end));
  EXPECT_TRUE(given(Timestamp{end.ms - 1}));
  for (const std::optional<Timestamp> longer : {std::optional<Timestamp>(), std::optional(Timestamp{end.ms + 1})}) {
    const auto refused = given(longer);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::forbidden);
    EXPECT_EQ(refused.error().field, "expires");
  }
}

TEST_F(KeyRingTest, APagesKeyIsGoodForTheOriginsThatItListsAndNothingElse) {
  const auto page = create({.name = "shop",
                            .scopes = {"page:https://shop.example", "page:field:name", "page:https://b.example"},
                            .expires = {}});
  ASSERT_TRUE(page) << to_string(page.error());
  for (const char* origin : {"https://shop.example", "https://b.example"}) {
    const auto known = ring_.authorize_page(page->text(), origin);
    ASSERT_TRUE(known) << to_string(known.error());
    EXPECT_EQ(known->id, page->id);
    EXPECT_THAT(known->fields, testing::ElementsAre("name"));
    EXPECT_TRUE(ring_.is_listed(origin));
  }
  EXPECT_TRUE(ring_.last_used(page->id));
  for (const char* other : {"", "null", "*", "https://shop.example.evil.example", "https://shop.example:8443",
                            "http://shop.example", "https://shop.example/", "field:name", "https://Shop.example"}) {
    const auto refused = ring_.authorize_page(page->text(), other);
    ASSERT_FALSE(refused) << other;
    EXPECT_EQ(refused.error().code, Errc::forbidden) << other;
    EXPECT_FALSE(ring_.is_listed(other)) << other;
  }
  const std::string header = "Bearer " + page->text();
  for (const char* scope : {"contact:read", "event:write", "key:write", "page:https://shop.example/", "page:"}) {
    EXPECT_EQ(refusal(header, scope), Errc::forbidden) << scope;
  }
  EXPECT_EQ(ring_.authorize(header, std::nullopt).error().code, Errc::forbidden) << "it makes no session";
  ASSERT_TRUE(revoke(page->id));
  EXPECT_EQ(ring_.authorize_page(page->text(), "https://shop.example").error().code, Errc::unauthorized);
  EXPECT_FALSE(ring_.is_listed("https://shop.example"));
}

TEST_F(KeyRingTest, AKeyThatMayDoAnythingElseIsNoPages) {
  for (const char* scope : {"*", "*:*", "*:write", "event:write", "*/*"}) {
    const auto key = create({.name = "a", .scopes = {scope}, .expires = {}});
    for (const char* origin : {"https://shop.example", "write", "*"}) {
      EXPECT_EQ(ring_.authorize_page(key->text(), origin).error().code, Errc::forbidden) << scope << " " << origin;
    }
    const auto both = create({.name = "b", .scopes = {scope, "page:https://shop.example"}, .expires = {}});
    ASSERT_FALSE(both) << scope;
    EXPECT_EQ(both.error().field, "scopes");
  }
  EXPECT_EQ(ring_.authorize_page("", "https://shop.example").error().code, Errc::unauthorized);
}

TEST_F(KeyRingTest, WhoMayPublishGivesAPagesKey) {
  const auto given = [&](const char* scope) {
    const auto giver = create({.name = "giver", .scopes = {"key:write", scope}, .expires = {}});
    return create({.name = "given", .scopes = {"page:https://shop.example"}, .expires = {}}, giver->id);
  };
  EXPECT_TRUE(given("event:write"));
  EXPECT_TRUE(given("*"));
  EXPECT_EQ(given("contact:write").error().code, Errc::forbidden);
}

TEST_F(KeyRingTest, WhetherItReadsWhatIsPersonalIsItsScopes) {
  const auto reads_personal = [&](const char* scope) {
    const auto key = create({.name = "a", .scopes = {scope, "status:read"}, .expires = {}});
    return ring_.authorize("Bearer " + key->text(), "status:read")->reads_personal;
  };
  for (const char* with : {"*", "*:read", "personal:read", "personal:*", "dashboard/contact", "*/*"}) {
    EXPECT_TRUE(reads_personal(with)) << with;
  }
  for (const char* without : {"contact:*", "*:write", "dashboard/company"}) EXPECT_FALSE(reads_personal(without));
}

TEST_F(KeyRingTest, ItKnowsWhenAKeyWasLastUsedAndTheLogDoesNot) {
  const auto key = create({.name = "a", .scopes = {"contact:read"}, .expires = {}});
  EXPECT_EQ(ring_.last_used(key->id), std::nullopt);
  const auto before = folder_->view()->positions();
  const std::int64_t now = now_wall_clock().ms;
  EXPECT_FALSE(ring_.authorize("Bearer " + ApiKeyText{key->id, std::string(43, 'x')}.text(), "contact:read"));
  EXPECT_EQ(ring_.last_used(key->id), std::nullopt) << "whoever does not know the secret has not used it";
  ASSERT_TRUE(ring_.authorize("Bearer " + key->text(), "contact:read"));
  ASSERT_TRUE(ring_.last_used(key->id));
  EXPECT_GE(ring_.last_used(key->id)->ms, now - now % 1'000);
  EXPECT_EQ(folder_->view()->positions(), before);
}

TEST_F(KeyRingTest, AKeyNeedsANameAndScopesThatMeanSomething) {
  EXPECT_EQ(create({.name = "", .scopes = {"*"}, .expires = {}}).error().field, "name");
  EXPECT_EQ(create({.name = "a", .scopes = {}, .expires = {}}).error().field, "scopes");
  EXPECT_EQ(create({.name = "a", .scopes = {"everything"}, .expires = {}}).error().field, "scopes");
}

TEST_F(KeyRingTest, TheFirstStartMakesAnAdminAndNoOtherDoes) {
  const auto first = ring_.ensure_admin(std::nullopt);
  ASSERT_TRUE(first) << to_string(first.error());
  ASSERT_TRUE(*first);
  EXPECT_TRUE(ring_.authorize("Bearer " + (*first)->text(), "key:write"));
  const auto second = ring_.ensure_admin(std::nullopt);
  ASSERT_TRUE(second);
  EXPECT_FALSE(*second);
}

TEST_F(KeyRingTest, AWantedAdminIsMadeOnce) {
  const std::string wanted = draw_api_key().text();
  const auto made = ring_.ensure_admin(wanted);
  ASSERT_TRUE(made);
  EXPECT_FALSE(*made) << "whoever set it knows it";
  EXPECT_TRUE(ring_.authorize("Bearer " + wanted, "key:write"));
  const auto before = folder_->view()->positions();
  ASSERT_TRUE(ring_.ensure_admin(wanted));
  EXPECT_EQ(folder_->view()->positions(), before);
  EXPECT_EQ(ring_.ensure_admin("hunter2").error().code, Errc::invalid_argument);
}

TEST_F(KeyRingTest, AWantedAdminIsNotAKeyThatIsRevokedOrMayLessOrIsAnother) {
  const auto reader = create({.name = "reader", .scopes = {"contact:read"}, .expires = {}});
  ASSERT_TRUE(reader);
  EXPECT_EQ(ring_.ensure_admin(reader->text()).error().code, Errc::duplicate_record);
  const auto admin = create({.name = "admin", .scopes = {"*"}, .expires = {}});
  EXPECT_TRUE(ring_.ensure_admin(admin->text()));
  EXPECT_EQ(ring_.ensure_admin(ApiKeyText{admin->id, reader->secret}.text()).error().code, Errc::duplicate_record);
  ASSERT_TRUE(revoke(admin->id));
  const auto refused = ring_.ensure_admin(admin->text());
  EXPECT_EQ(refused.error().code, Errc::duplicate_record);
  EXPECT_THAT(refused.error().detail, testing::Not(testing::HasSubstr(admin->secret)));
}

TEST_F(KeyRingTest, AFoldThatIsBehindMakesNoSecondAdmin) {
  // As after an upgrade that folds anew: the log has a key that the rows do not have yet.
  ASSERT_TRUE(*ring_.ensure_admin(std::nullopt));
  InterceptedLog slow(*log_);
  slow.hold_readers(true);
  PublishEngine behind(slow, directory_.path() / "empty-rows");
  KeyRing ring(slow, behind.folder(), behind.publisher());
  EXPECT_EQ(ring.ensure_admin(std::nullopt, std::chrono::milliseconds(20)).error().code, Errc::wait_timeout);
  slow.hold_readers(false);
  const auto known = ring.ensure_admin(std::nullopt);
  ASSERT_TRUE(known) << to_string(known.error());
  EXPECT_FALSE(*known);
}

TEST_F(KeyRingTest, TheSecretIsNotInTheLog) {
  const auto key = create({.name = "a", .scopes = {"*"}, .expires = {}});
  const auto reader = *log_->open_reader({{kControlPartition, Offset{}}});
  RecordBatch batch;
  ASSERT_TRUE(reader->read({}, batch));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_THAT(std::string(batch[i].value), testing::Not(testing::HasSubstr(key->secret)));
  }
}

}  // namespace
}  // namespace rapport

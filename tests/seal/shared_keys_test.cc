// Keys that machines share: each has a copy of what stands in their stream.
#include <gmock/gmock.h>

#include "engine/seal/event_seal.h"
#include "events/event_encoder.h"
#include "projections/store/durable_file.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr ContactId kAda{1}, kBob{2};

// A stream in memory; `compacted` is what one keeps once it has forgotten all that it may.
struct Topic {
  std::vector<KeyRecord> records;
  bool is_away = false;
  std::optional<std::int64_t> lost = {};  // is not given to whoever reads it first

  std::vector<KeyRecord> compacted() const {
    std::vector<KeyRecord> out;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const bool replaced = std::any_of(records.begin() + static_cast<std::ptrdiff_t>(i) + 1, records.end(),
                                        [&](const KeyRecord& later) { return later.key == records[i].key; });
      if (!replaced && records[i].value) out.push_back(records[i]);
    }
    return out;
  }
};

class TopicStream final : public KeyStream {
 public:
  explicit TopicStream(Topic& topic) : topic_(topic) {}

  Result<bool> is_empty() override { return topic_.records.empty(); }
  Result<void> append(const std::vector<KeyRecord>& records) override {
    if (is_away()) return Error{Errc::log_unavailable, "away"};
    topic_.records.insert(topic_.records.end(), records.begin(), records.end());
    return {};
  }
  Result<Offset> read(Offset after, const Take& take) override {
    if (is_away()) return Error{Errc::log_unavailable, "away"};
    const auto end = static_cast<std::int64_t>(topic_.records.size()) - 1;
    if (after.value > end) return Error{Errc::position_gone, "ends before"};
    for (std::int64_t i = after.value + 1; i <= end; ++i) {
      if (std::exchange(topic_.lost, std::nullopt) == i) continue;
      RAPPORT_TRY(take(Offset{i}, topic_.records[static_cast<std::size_t>(i)]));
    }
    return Offset{end};
  }
  Result<void> tend() override { return {}; }
  void stop() override { stopped_ = true; }

 private:
  bool is_away() const { return topic_.is_away || stopped_; }

  Topic& topic_;
  bool stopped_ = false;
};

class SharedKeysTest : public testing::Test {
 protected:
  std::unique_ptr<ContactKeys> open(const std::string& machine, std::optional<SecretKey> master = {}) {
    auto keys = ContactKeys::open(directory_.path() / machine, master.value_or(master_), LogId{1},
                                  std::make_unique<TopicStream>(topic_));
    EXPECT_TRUE(keys) << to_string(keys.error());
    return *std::move(keys);
  }
  static std::string key_of(const ContactKeys& keys, ContactId contact) {
    const auto found = keys.find(contact);
    if (!found) return to_string(found.error());
    if (found->state == KeyState::missing) return "missing";
    return found->state == KeyState::destroyed ? "destroyed" : std::string(found->key.view());
  }

  TemporaryDirectory directory_;
  Topic topic_;
  const SecretKey master_ = SecretKey::draw();
};

TEST_F(SharedKeysTest, AreTheSameOnEachMachine) {
  const auto first = open("first"), second = open("second");
  EXPECT_EQ(first->identity_key().view(), second->identity_key().view());
  ASSERT_TRUE(first->make_missing(std::vector{kAda}));
  const std::string ada = key_of(*first, kAda);
  EXPECT_EQ(ada.size(), SecretKey::kSize);
  EXPECT_EQ(key_of(*second, kAda), ada) << "asked for, it is looked for";
  ASSERT_TRUE(second->make_missing(std::vector{kAda, kBob}));
  EXPECT_EQ(key_of(*second, kAda), ada);
  EXPECT_EQ(key_of(*first, kBob), key_of(*second, kBob));
  EXPECT_EQ(key_of(*open("third"), kAda), ada);
}

// Each machine has read before the other wrote.
TEST_F(SharedKeysTest, DrawnByTwoAtOnceBothOpen) {
  auto first = open("first"), second = open("second");
  ASSERT_TRUE(first->make_missing(std::vector{kAda}));
  const std::string of_first = key_of(*first, kAda);
  ASSERT_TRUE(second->make_missing(std::vector{kAda}));
  EXPECT_EQ(key_of(*second, kAda), of_first) << "both seal under the one that came first";
  ASSERT_TRUE(first->tend());
  ASSERT_EQ(first->find(kAda)->others.size(), 1u);
  const SecretKey other = first->find(kAda)->others[0];
  for (const ContactKeys* keys : {first.get(), second.get()}) {
    const auto found = keys->find(kAda);
    EXPECT_EQ(found->open(seal_bytes(other, "text", "bound"), "bound"), "text");
  }
}

// The second machine has the first key, and is behind the other, under which something stands in the log.
TEST_F(SharedKeysTest, WhatAnotherMachineHasSealedOpensWhereThisOneIsBehind) {
  auto first = open("first"), second = open("second"), reader = open("reader");
  ASSERT_TRUE(first->make_missing(std::vector{kAda}));
  ASSERT_EQ(key_of(*reader, kAda), key_of(*first, kAda)) << "met, and remembered";
  ASSERT_TRUE(second->make_missing(std::vector{kAda}));
  const FoundKey both = *second->find(kAda);
  ASSERT_EQ(both.others.size(), 1u);
  const std::string sealed = seal_bytes(both.others[0], "text", "bound");
  topic_.is_away = true;
  EXPECT_EQ(reader->unseal(kAda, sealed, "bound").error().code, Errc::log_unavailable) << "no damage yet";
  topic_.is_away = false;
  EXPECT_EQ(reader->unseal(kAda, sealed, "bound")->text, "text");
  EXPECT_EQ(reader->find(kAda)->others.size(), 1u);
}

// Its copy says that it has read all.
TEST_F(SharedKeysTest, AKeyThatACopyLacksIsReadAgain) {
  auto first = open("first"), second = open("second"), reader = open("reader");
  ASSERT_TRUE(first->make_missing(std::vector{kAda}));
  ASSERT_TRUE(second->make_missing(std::vector{kAda}));
  const std::string sealed = seal_bytes(first->find(kAda)->key, "text", "bound");
  topic_.lost = static_cast<std::int64_t>(topic_.records.size()) - 2;
  ASSERT_TRUE(reader->tend());
  ASSERT_NE(key_of(*reader, kAda), key_of(*first, kAda));
  EXPECT_EQ(reader->unseal(kAda, sealed, "bound")->text, "text");
  reader.reset();
  EXPECT_EQ(open("reader")->unseal(kAda, sealed, "bound")->text, "text") << "and stays";
  EXPECT_EQ(open("new")->unseal(kAda, "no seal", "bound")->text, std::nullopt);
}

// What comes for an erased contact is sealed under a key that nobody keeps.
TEST_F(SharedKeysTest, WhatCameBehindAnErasureIsReadAsErasedWhereThisOneIsBehind) {
  const auto first = open("first"), reader = open("reader");
  ASSERT_TRUE(first->make_missing(std::vector{kAda}));
  ASSERT_EQ(key_of(*reader, kAda).size(), SecretKey::kSize);
  ASSERT_TRUE(first->destroy(std::vector{kAda}, Timestamp{1'000}));
  EXPECT_EQ(reader->unseal(kAda, seal_bytes(SecretKey::draw(), "text", "bound"), "bound")->state, KeyState::destroyed);
}

TEST_F(SharedKeysTest, OnceStoppedNobodyWaits) {
  const auto first = open("first"), second = open("second");
  ASSERT_TRUE(first->make_missing(std::vector{kAda}));
  second->stop();
  EXPECT_EQ(second->find(kAda).error().code, Errc::log_unavailable);
  EXPECT_EQ(second->make_missing(std::vector{kBob}).error().code, Errc::log_unavailable);
}

TEST_F(SharedKeysTest, OnceDestroyedAreDestroyedForAllAndTakenOutOfTheStream) {
  const auto first = open("first"), second = open("second");
  ASSERT_TRUE(first->make_missing(std::vector{kAda, kBob}));
  ASSERT_TRUE(second->make_missing(std::vector{kAda}));
  const std::string bob = key_of(*second, kBob);
  ASSERT_EQ(key_of(*second, kAda).size(), SecretKey::kSize);
  const auto is_of_ada = [](const KeyRecord& record) {
    return record.key.starts_with("k" + std::string(7, '\0') + '\1') && record.value->front() == kKeyThere;
  };
  const auto before = topic_.compacted();
  ASSERT_EQ(std::count_if(before.begin(), before.end(), is_of_ada), 2) << "the test finds what is there";

  ASSERT_TRUE(first->destroy(std::vector{kAda}, Timestamp{1'000}));
  EXPECT_EQ(key_of(*first, kAda), "destroyed");
  ASSERT_TRUE(second->tend());
  EXPECT_EQ(key_of(*second, kAda), "destroyed");
  EXPECT_THAT(*second->contacts_to_clean(), testing::ElementsAre(kAda));
  ASSERT_TRUE(second->call_off_erasure(std::vector{kAda}));
  EXPECT_THAT(*second->contacts_to_clean(), testing::IsEmpty());
  ASSERT_TRUE(second->make_missing(std::vector{kAda}));
  EXPECT_EQ(key_of(*second, kAda), "destroyed");
  EXPECT_EQ(key_of(*second, kBob), bob);
  const auto after = topic_.compacted();
  EXPECT_EQ(std::count_if(after.begin(), after.end(), is_of_ada), 0);
  topic_.records = after;
  EXPECT_EQ(key_of(*open("third"), kAda), "destroyed");
}

// It had not read that the key was destroyed when it drew one.
TEST_F(SharedKeysTest, DrawnForOneThatWasErasedMeanwhileOpensNothing) {
  const auto first = open("first"), second = open("second");
  ASSERT_TRUE(first->make_missing(std::vector{kAda}));
  ASSERT_TRUE(first->destroy(std::vector{kAda}, Timestamp{1'000}));
  ASSERT_TRUE(second->make_missing(std::vector{kAda}));
  EXPECT_EQ(key_of(*second, kAda), "destroyed");
  for (const KeyRecord& record : topic_.compacted()) {
    EXPECT_FALSE(record.key.starts_with('k') && record.value->front() == kKeyThere) << "it stands in the stream";
  }
}

TEST_F(SharedKeysTest, SayWhatOthersErase) {
  const auto first = open("first"), second = open("second");
  ASSERT_TRUE(first->plan_erasure(std::vector{kAda}));
  ASSERT_TRUE(second->tend());
  EXPECT_THAT(*first->planned_erasures(), testing::ElementsAre(PlannedErasure{kAda, true}));
  EXPECT_THAT(*second->planned_erasures(), testing::ElementsAre(PlannedErasure{kAda, false}));
  ASSERT_TRUE(second->call_off_erasure(std::vector{kAda}));
  EXPECT_EQ(second->planned_erasures()->size(), 1u) << "another's plan is another's";
  ASSERT_TRUE(second->destroy(std::vector{kAda}, Timestamp{1'000}));
  ASSERT_TRUE(second->call_off_erasure(std::vector{kAda}));
  ASSERT_TRUE(first->tend());
  EXPECT_THAT(*first->planned_erasures(), testing::IsEmpty());
}

// Nobody folds an event as if it said nothing, because a machine does not reach the stream.
TEST_F(SharedKeysTest, AreMissedRetriablyWhileTheStreamIsAway) {
  const auto first = open("first"), second = open("second");
  ASSERT_TRUE(first->make_missing(std::vector{kAda}));
  topic_.is_away = true;
  EXPECT_EQ(second->find(kAda).error().code, Errc::log_unavailable);
  EXPECT_EQ(second->make_missing(std::vector{kBob}).error().code, Errc::log_unavailable);
  EXPECT_EQ(key_of(*first, kAda).size(), SecretKey::kSize);
  topic_.is_away = false;
  EXPECT_EQ(key_of(*second, kAda), key_of(*first, kAda));
}

TEST_F(SharedKeysTest, MoveToAnotherMasterKeyForAllMachines) {
  auto first = open("first"), second = open("second");
  ASSERT_TRUE(first->make_missing(std::vector{kAda, kBob}));
  ASSERT_TRUE(second->make_missing(std::vector{kAda}));
  ASSERT_TRUE(first->destroy(std::vector{kBob}, Timestamp{1'000}));
  const std::string ada = key_of(*first, kAda);
  const SecretKey next = SecretKey::draw();
  ASSERT_TRUE(first->change_master(next));
  first.reset();
  second.reset();
  topic_.records = topic_.compacted();
  EXPECT_EQ(ContactKeys::open(directory_.path() / "new", master_, LogId{1}, std::make_unique<TopicStream>(topic_))
                .error()
                .code,
            Errc::wrong_format);
  // A stream that was compacted is shorter here than it was; a real one keeps its offsets.
  second = open("another", next);
  const auto found = second->find(kAda);
  ASSERT_EQ(found->state, KeyState::there);
  EXPECT_EQ(found->others.size(), 1u);
  EXPECT_TRUE(found->key.view() == ada || found->others[0].view() == ada);
  EXPECT_EQ(key_of(*second, kBob), "destroyed");
}

// Each day has two keys, and which is the first changes with the master key.
TEST_F(SharedKeysTest, OfDaysAreDroppedUnderAnotherMasterKeyToo) {
  auto first = open("first"), second = open("second");
  const ParkedDay day{7};
  ASSERT_TRUE(first->key_of_day(day));
  ASSERT_TRUE(second->key_of_day(day));
  const SecretKey next = SecretKey::draw();
  ASSERT_TRUE(first->change_master(next));
  ASSERT_EQ(first->find(day)->state, KeyState::there);
  EXPECT_EQ(first->find(day)->others.size(), 1u);
  ASSERT_TRUE(first->destroy_days_before(ParkedDay{8}, Timestamp{1'000}));
  EXPECT_EQ(first->find(day)->state, KeyState::destroyed);
  for (const KeyRecord& record : topic_.compacted()) {
    EXPECT_FALSE(record.key.starts_with('y') && record.value->front() == kKeyThere) << "it stands in the stream";
  }
}

TEST_F(SharedKeysTest, AreTakenOverByALogOfAMachinesOwn) {
  const auto first = open("first"), second = open("second");
  ASSERT_TRUE(first->make_missing(std::vector{kAda, kBob}));
  ASSERT_TRUE(second->make_missing(std::vector{kAda}));
  ASSERT_TRUE(first->destroy(std::vector{kBob}, Timestamp{1'000}));
  const FoundKey shared = *first->find(kAda);
  ASSERT_EQ(shared.others.size(), 1u);

  SecretKey master = SecretKey::draw();
  const auto path = directory_.path() / "own";
  {
    const auto own = *ContactKeys::open(path, master, LogId{2});
    ASSERT_TRUE(own->adopt(*first));
    EXPECT_EQ(*own->logs(), (std::vector{LogId{2}, LogId{1}}));
    const SecretKey next = SecretKey::draw();
    ASSERT_TRUE(own->change_master(next));
    master = next;
  }
  const auto own = *ContactKeys::open(path, master, LogId{2});
  const FoundKey found = *own->find(kAda);
  ASSERT_EQ(found.others.size(), 1u);
  for (const SecretKey& key : {shared.key, shared.others[0]}) {
    EXPECT_EQ(found.open(seal_bytes(key, "text", "bound"), "bound"), "text");
  }
  EXPECT_EQ(key_of(*own, kBob), "destroyed");
  ASSERT_TRUE(own->destroy(std::vector{kAda}, Timestamp{1'000}));
  EXPECT_EQ(key_of(*own, kAda), "destroyed");
  EXPECT_THAT(*own->contacts_to_clean(), testing::IsEmpty());
  ASSERT_TRUE(own->make_missing(std::vector{kAda}));
  EXPECT_EQ(key_of(*own, kAda), "destroyed");
  // And a copy of the copy knows where it comes from.
  const auto third = *ContactKeys::open(directory_.path() / "third", master, LogId{3});
  ASSERT_TRUE(third->adopt(*own));
  EXPECT_EQ(*third->logs(), (std::vector{LogId{3}, LogId{2}, LogId{1}}));
}

TEST_F(SharedKeysTest, AreNoMachinesOwn) {
  open("first");
  const auto alone = ContactKeys::open(directory_.path() / "first", master_, LogId{1});
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, Errc::wrong_format);
  ASSERT_TRUE(ContactKeys::open(directory_.path() / "own", master_, LogId{1}));
  const auto shared =
      ContactKeys::open(directory_.path() / "own", master_, LogId{1}, std::make_unique<TopicStream>(topic_));
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().code, Errc::wrong_format);
}

}  // namespace
}  // namespace rapport

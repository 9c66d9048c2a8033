// Contacts' keys in a compacted topic of a real broker.
#include "engine/log/kafka_key_stream.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "engine/seal/contact_keys.h"
#include "tests/kafka/other_client.h"
#include "tests/kafka/test_broker.h"
#include "tests/kafka/test_topics.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using testing::ElementsAre;

constexpr ContactId kAda{1}, kBob{2};

class KafkaKeyStreamTest : public testing::Test {
 protected:
  std::unique_ptr<KeyStream> open() {
    auto stream = KafkaKeyStream::open(options_, true);
    EXPECT_TRUE(stream) << to_string(stream.error());
    return *std::move(stream);
  }
  std::unique_ptr<ContactKeys> keys_of(const std::string& machine) {
    auto keys = ContactKeys::open(directory_.path() / machine, master_, LogId{1}, open());
    EXPECT_TRUE(keys) << to_string(keys.error());
    return *std::move(keys);
  }
  static std::vector<std::string> read(KeyStream& stream, Offset after, Offset& reached) {
    std::vector<std::string> out;
    const auto read = stream.read(after, [&](Offset, const KeyRecord& record) {
      out.push_back(record.key + "=" + record.value.value_or("-"));
      return Result<void>();
    });
    EXPECT_TRUE(read) << to_string(read.error());
    reached = read ? *read : after;
    return out;
  }

  TemporaryDirectory directory_;
  TestTopics topics_{shared_broker()};
  KafkaKeyStreamOptions options_{.connection = {.brokers = shared_broker()},
                                 .topic = topics_.name(),
                                 .replication = 1,
                                 .forget_after = std::chrono::milliseconds(1'000)};
  const SecretKey master_ = SecretKey::draw();
};

TEST_F(KafkaKeyStreamTest, GivesWhatWasAppendedToAllThatReadIt) {
  EXPECT_EQ(*KafkaKeyStream::open(options_, false), nullptr);
  const auto first = open(), second = open();
  EXPECT_TRUE(*first->is_empty());
  ASSERT_TRUE(first->append({{"a", "1"}, {"b", "2"}}));
  EXPECT_FALSE(*second->is_empty());
  Offset reached{-1};
  EXPECT_THAT(read(*second, Offset{-1}, reached), ElementsAre("a=1", "b=2"));
  ASSERT_TRUE(second->append({{"a", std::nullopt}}));
  EXPECT_THAT(read(*second, reached, reached), ElementsAre("a=-"));
  EXPECT_THAT(read(*second, reached, reached), ElementsAre());
  EXPECT_THAT(read(*first, Offset{0}, reached), ElementsAre("b=2", "a=-"));
  EXPECT_EQ(first->read(Offset{17}, [](Offset, const KeyRecord&) { return Result<void>(); }).error().code,
            Errc::position_gone);
}

// Longer than what is read at once: the first of it comes while the reader waits, and its end is told before it goes
// on.
TEST_F(KafkaKeyStreamTest, GivesALongOneWhole) {
  constexpr std::size_t kRecords = 30'000;
  std::vector<KeyRecord> records;
  for (std::size_t i = 0; i < kRecords; ++i) records.push_back({std::to_string(i), std::string(80, 'v')});
  ASSERT_TRUE(open()->append(records));
  std::size_t given = 0;
  const auto read = open()->read(Offset{-1}, [&](Offset, const KeyRecord& record) {
    if (given == 0) std::this_thread::sleep_for(std::chrono::milliseconds(500));  // whoever takes them is slow
    EXPECT_EQ(record.key, std::to_string(given));
    ++given;
    return HasFailure() ? Result<void>(Error{Errc::internal, "enough"}) : Result<void>();
  });
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(given, kRecords);
}

// A machine follows the whole time, and others come anew, while several write.
TEST_F(KafkaKeyStreamTest, GivesEachRecordOnceAndInOrderWhileOthersWrite) {
  constexpr int kWriters = 3, kAppends = 40;
  ASSERT_NE(open(), nullptr);
  std::atomic<int> writing = kWriters;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([this, w, &writing] {
      const auto stream = open();
      for (int n = 0; n < kAppends; ++n) {
        const std::string name = std::to_string(w) + "." + std::to_string(n);
        // A broker that others keep busy may have written what it did not answer.
        while (!stream->append({{name + "a", "1"}, {name + "b", "2"}})) continue;
      }
      --writing;
    });
  }
  const auto follower = open();
  std::vector<std::string> followed;
  Offset reached{-1};
  for (int n = 0, last = 0; last < 2; ++n) {
    last += writing == 0 ? 1 : 0;
    const auto piece = read(*follower, reached, reached);
    followed.insert(followed.end(), piece.begin(), piece.end());
    EXPECT_EQ(followed.size(), static_cast<std::size_t>(reached.value + 1));
    if (n % 8 != 0 && last < 2) continue;
    Offset of_new{-1};
    const auto whole = read(*open(), Offset{-1}, of_new);
    EXPECT_EQ(whole.size(), static_cast<std::size_t>(of_new.value + 1));
    EXPECT_TRUE(whole.size() >= followed.size() && std::equal(followed.begin(), followed.end(), whole.begin()));
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(std::set(followed.begin(), followed.end()).size(), std::size_t{kWriters * kAppends * 2});
}

// A cluster that is gone: whoever waits for it is let go.
TEST_F(KafkaKeyStreamTest, StopsWhoeverWaits) {
  const auto stream = open();
  ASSERT_TRUE(stream->append({{"a", "1"}}));
  std::thread reader([&] {
    Offset reached{-1};
    for (Result<Offset> told = Offset{-1}; told;) {
      told = stream->read(reached, [](Offset, const KeyRecord&) { return Result<void>(); });
      EXPECT_TRUE(told || told.error().code == Errc::log_unavailable);
    }
  });
  stream->stop();
  reader.join();
  EXPECT_EQ(stream->append({{"b", "1"}}).error().code, Errc::log_unavailable);
}

TEST_F(KafkaKeyStreamTest, RefusesATopicThatWouldLoseKeys) {
  OtherClient(shared_broker()).create_topic(options_.topic + ".keys", 1, {{"cleanup.policy", "delete"}});
  const auto opened = KafkaKeyStream::open(options_, true);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::wrong_format);
}

// Whoever has a broker's files and the master key has no erased contact's key.
TEST_F(KafkaKeyStreamTest, ForgetsADestroyedKeyByItself) {
  const auto first = keys_of("first"), second = keys_of("second");
  ASSERT_TRUE(first->make_missing(std::vector{kAda, kBob}));
  const std::string bob(second->find(kBob)->key.view());
  ASSERT_TRUE(first->destroy(std::vector{kAda}, Timestamp{1'000}));
  const std::string row = "k" + std::string(7, '\0') + '\1';
  const auto stands = [&] {
    bool out = false;
    const auto read = open()->read(Offset{-1}, [&](Offset, const KeyRecord& record) {
      out = out || (record.key.starts_with(row) && record.value && record.value->front() == kKeyThere);
      return Result<void>();
    });
    EXPECT_TRUE(read) << to_string(read.error());
    return out;
  };
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (stands() && std::chrono::steady_clock::now() < until) {
    ASSERT_TRUE(second->tend());
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  EXPECT_FALSE(stands());
  EXPECT_EQ(second->find(kAda)->state, KeyState::destroyed);
  const auto third = keys_of("third");
  EXPECT_EQ(third->find(kAda)->state, KeyState::destroyed);
  EXPECT_EQ(third->find(kBob)->key.view(), bob);
}

}  // namespace
}  // namespace rapport

// The inbox on a real broker: what clients that are not ours publish, in both modes, and what is handed on when a
// handler fails, an engine ends, or a retention was faster.
#include "engine/log/kafka_inbox.h"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "engine/log/kafka_inbox_writer.h"
#include "events/event_decoder.h"
#include "tests/contract/log_reading.h"
#include "tests/kafka/other_client.h"
#include "tests/kafka/test_broker.h"
#include "tests/kafka/test_topics.h"

namespace rapport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string event_text(int id) {
  return R"({"specversion":"1.0","id":")" + std::to_string(id) +
         R"(","source":"channel/web","type":"note.added","subject":"contact/1","data":{"text":"hello"}})";
}

class KafkaInboxTest : public testing::Test {
 protected:
  KafkaInboxTest() {
    options_ = {.connection = {.brokers = shared_broker()},
                .topic = topics_.name(),
                .create_topic = true,
                .partition_count = 1,
                .handler_retry_delay = std::chrono::milliseconds(10)};
    inbox_topic_ = options_.topic + ".inbox";
  }

  void open() {
    inbox_.reset();
    auto inbox = KafkaInbox::open(options_, [this](std::span<const InboxRecord> batch) { return take(batch); });
    ASSERT_TRUE(inbox) << to_string(inbox.error());
    inbox_ = *std::move(inbox);
  }

  Result<void> take(std::span<const InboxRecord> batch) {
    const std::lock_guard lock(mutex_);
    if (failures_left_ > 0) {
      --failures_left_;
      return Error{Errc::log_unavailable, "the log is away"};
    }
    taken_.insert(taken_.end(), batch.begin(), batch.end());
    return {};
  }

  bool wait_for_taken(std::size_t count) {
    return wait_until([&] {
      const std::lock_guard lock(mutex_);
      return taken_.size() >= count;
    });
  }

  static bool wait_until(const std::function<bool()>& condition) {
    for (const auto until = std::chrono::steady_clock::now() + kTestDeadline;
         std::chrono::steady_clock::now() < until;) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  bool wait_for_commit(std::int64_t offset) {
    return wait_until([&] {
      const auto status = inbox_->status();
      return !status.partitions.empty() && status.partitions[0].committed == offset;
    });
  }

  // Whether the broker would delete records from the inbox; it deletes none.
  bool may_delete() {
    try {
      other_.delete_records(inbox_topic_, 0, 0);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  std::vector<std::string> ids() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const auto& record : taken_) out.push_back(record.event ? record.event->id : "not an event");
    return out;
  }

  TestTopics topics_{shared_broker()};
  OtherClient other_{shared_broker()};
  KafkaInboxOptions options_;
  std::string inbox_topic_;

  std::mutex mutex_;
  std::vector<InboxRecord> taken_;
  int failures_left_ = 0;
  std::unique_ptr<KafkaInbox> inbox_;  // the last: its thread uses the rest
};

TEST_F(KafkaInboxTest, MakesNoTopicUnasked) {
  options_.create_topic = false;
  const auto inbox = KafkaInbox::open(options_, [](auto) { return Result<void>(); });
  ASSERT_FALSE(inbox);
  EXPECT_EQ(inbox.error().code, Errc::not_found);
  EXPECT_EQ(inbox.error().field, inbox_topic_);
}

TEST_F(KafkaInboxTest, ReadsBothModes) {
  open();
  other_.write({{inbox_topic_, 0, "any key", event_text(1), {{"content-type", "application/cloudevents+json"}}},
                {inbox_topic_,
                 0,
                 std::nullopt,
                 R"({"text":"hello"})",
                 {{"ce_specversion", "1.0"},
                  {"ce_id", "2"},
                  {"ce_source", "channel/web"},
                  {"ce_type", "note.added"},
                  {"ce_subject", "contact/1"},
                  {"content-type", "application/json"}}}});
  ASSERT_TRUE(wait_for_taken(2));
  EXPECT_THAT(ids(), ElementsAre("1", "2"));
  EXPECT_EQ(taken_[1].origin, inbox_topic_ + "/0/1");
  EXPECT_TRUE(wait_for_commit(2));
}

// What is parked of it is all that is left, and its value alone does not say of whom it speaks.
TEST_F(KafkaInboxTest, KeepsTheHeadersOfBinaryMode) {
  open();
  const std::map<std::string, std::string> headers{{"ce_specversion", "1.0"},
                                                   {"ce_id", "2"},
                                                   {"ce_source", "channel/web"},
                                                   {"ce_type", "note.added"},
                                                   {"ce_subject", "contact/1"}};
  other_.write({{inbox_topic_, 0, std::nullopt, R"({"text":"hello"})", headers},
                {inbox_topic_, 0, std::nullopt, "hello", headers},
                {inbox_topic_, 0, std::nullopt, std::nullopt, headers}});
  ASSERT_TRUE(wait_for_taken(3));
  EXPECT_THAT(ids(), ElementsAre("2", "not an event", "not an event"));
  const auto again = EventDecoder().decode(taken_[0].raw);
  ASSERT_TRUE(again) << taken_[0].raw;
  EXPECT_EQ(*again, *taken_[0].event);
  EXPECT_THAT(taken_[1].raw, testing::EndsWith(R"("type":"note.added","data_base64":"aGVsbG8="})"));
  EXPECT_THAT(taken_[2].raw, testing::EndsWith(R"("subject":"contact/1","type":"note.added"})"));
}

TEST_F(KafkaInboxTest, HandsOnWhatIsNoEventWithTheReason) {
  open();
  other_.write({{inbox_topic_, 0, "k", "not json"},
                {inbox_topic_, 0, "k", std::nullopt},
                {inbox_topic_, 0, "k", event_text(3)}});
  ASSERT_TRUE(wait_for_taken(3));
  EXPECT_THAT(ids(), ElementsAre("not an event", "not an event", "3"));
  EXPECT_EQ(taken_[0].raw, "not json");
  EXPECT_EQ(taken_[0].event.error().code, Errc::invalid_json);
  EXPECT_EQ(taken_[1].event.error().code, Errc::invalid_event);
}

TEST_F(KafkaInboxTest, HandsABatchOnAgainUntilItIsTaken) {
  failures_left_ = 3;
  open();
  for (int i = 0; i < 20; ++i) other_.write({{inbox_topic_, 0, "k", event_text(i)}});
  ASSERT_TRUE(wait_for_taken(20));
  const auto all = ids();
  ASSERT_EQ(all.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_TRUE(wait_for_commit(20));
  EXPECT_EQ(inbox_->status().error, std::nullopt);
}

TEST_F(KafkaInboxTest, CommitsNothingThatWasNotTaken) {
  {
    const std::lock_guard lock(mutex_);
    failures_left_ = 1'000'000;
  }
  open();
  other_.write({{inbox_topic_, 0, "k", event_text(1)}});
  ASSERT_TRUE(wait_until([&] { return inbox_->status().error.has_value(); }));
  EXPECT_EQ(inbox_->status().error->code, Errc::log_unavailable);
  inbox_.reset();
  failures_left_ = 0;
  EXPECT_THAT(ids(), IsEmpty());
  open();
  ASSERT_TRUE(wait_for_taken(1));
}

TEST_F(KafkaInboxTest, GoesOnWhereItStood) {
  open();
  other_.write({{inbox_topic_, 0, "k", event_text(1)}});
  ASSERT_TRUE(wait_for_taken(1));
  ASSERT_TRUE(wait_for_commit(1));
  inbox_.reset();
  other_.write({{inbox_topic_, 0, "k", event_text(2)}});
  open();
  ASSERT_TRUE(wait_for_taken(2));
  EXPECT_THAT(ids(), ElementsAre("1", "2"));
}

// Of an encrypted log: the inbox has in clear what stands enciphered in the log.
TEST_F(KafkaInboxTest, DeletesWhatWasMovedWhereItIsToldTo) {
  options_.delete_moved = true;
  options_.delete_interval = std::chrono::milliseconds(0);
  {
    const std::lock_guard lock(mutex_);
    failures_left_ = 3;
  }
  open();
  for (int i = 0; i < 5; ++i) other_.write({{inbox_topic_, 0, "k", event_text(i)}});
  EXPECT_TRUE(wait_until([&] { return other_.first_offset(inbox_topic_, 0) == 5; }));
  EXPECT_THAT(ids(), ElementsAre("0", "1", "2", "3", "4"));
  EXPECT_EQ(inbox_->status().error, std::nullopt);
  // Nothing of it counts as lost.
  open();
  other_.write({{inbox_topic_, 0, "k", event_text(5)}});
  ASSERT_TRUE(wait_for_taken(6));
  EXPECT_EQ(inbox_->status().partitions.at(0).lost, 0u);
}

// The broker refuses to delete from a compacted topic: all is handed on once all the same, and deleted once it may be.
TEST_F(KafkaInboxTest, DeletesLaterWhatCannotBeDeletedNow) {
  options_.delete_moved = true;
  options_.delete_interval = std::chrono::milliseconds(500);
  open();
  other_.set_topic(inbox_topic_, {{"cleanup.policy", "compact"}});
  ASSERT_TRUE(wait_until([&] { return !may_delete(); }));
  const auto is_told = [&] {
    const auto error = inbox_->status().error;
    return error && error->detail.find("cannot be deleted") != std::string::npos;
  };
  for (int i = 0; i < 5; ++i) {
    other_.write({{inbox_topic_, 0, "k" + std::to_string(i), event_text(i)}});
    ASSERT_TRUE(wait_for_commit(i + 1));
    ASSERT_TRUE(i > 0 ? is_told() : wait_until(is_told)) << "until it is deleted, whatever is moved meanwhile";
  }
  EXPECT_EQ(other_.first_offset(inbox_topic_, 0), 0);
  other_.set_topic(inbox_topic_, {{"cleanup.policy", "delete"}});
  EXPECT_TRUE(wait_until([&] { return other_.first_offset(inbox_topic_, 0) == 5; }));
  EXPECT_TRUE(wait_until([&] { return inbox_->status().error == std::nullopt; }));
  EXPECT_THAT(ids(), ElementsAre("0", "1", "2", "3", "4"));
}

// Whoever commits and is killed before it deletes.
TEST_F(KafkaInboxTest, DeletesWhatAnotherProcessHasMoved) {
  open();
  for (int i = 0; i < 5; ++i) other_.write({{inbox_topic_, 0, "k", event_text(i)}});
  ASSERT_TRUE(wait_for_commit(5));
  EXPECT_EQ(other_.first_offset(inbox_topic_, 0), 0);
  inbox_.reset();
  options_.delete_moved = true;
  options_.delete_interval = std::chrono::milliseconds(0);
  open();
  EXPECT_TRUE(wait_until([&] { return other_.first_offset(inbox_topic_, 0) == 5; }));
}

TEST_F(KafkaInboxTest, RefusesATopicThatIsCompacted) {
  other_.create_topic(inbox_topic_, 1, {{"cleanup.policy", "compact"}});
  const auto inbox = KafkaInbox::open(options_, [](auto) { return Result<void>(); });
  ASSERT_FALSE(inbox) << "of two records of a key that are not read yet, one would go";
  EXPECT_EQ(inbox.error().code, Errc::wrong_format);
  EXPECT_EQ(inbox.error().field, inbox_topic_);
  EXPECT_THAT(inbox.error().detail, testing::EndsWith("--add-config cleanup.policy=delete"));
  const auto checked = KafkaInbox::check(options_);
  ASSERT_FALSE(checked) << "who asks beforehand is told the same";
  EXPECT_EQ(checked.error().detail, inbox.error().detail);
}

TEST_F(KafkaInboxTest, HandsOnAndCountsWhatARetentionDeletedUnread) {
  open();
  other_.write({{inbox_topic_, 0, "k", event_text(0)}});
  ASSERT_TRUE(wait_for_commit(1));
  inbox_.reset();
  for (int i = 1; i < 10; ++i) other_.write({{inbox_topic_, 0, "k", event_text(i)}});
  other_.delete_records(inbox_topic_, 0, 8);
  {
    const std::lock_guard lock(mutex_);
    failures_left_ = 2;
  }
  open();
  ASSERT_TRUE(wait_for_taken(4));
  EXPECT_THAT(ids(), ElementsAre("0", "not an event", "8", "9"));
  EXPECT_EQ(taken_[1].origin, inbox_topic_ + "/0/1-7");
  EXPECT_EQ(taken_[1].event.error().code, Errc::position_gone);
  ASSERT_TRUE(wait_for_commit(10));
  EXPECT_EQ(inbox_->status().partitions.at(0).lost, 7u);
  EXPECT_EQ(inbox_->status().handed_on, 2u);
  // Who shares the partitions from now on changes nothing of that.
  const auto second = KafkaInbox::open(options_, [this](std::span<const InboxRecord> batch) { return take(batch); });
  ASSERT_TRUE(second);
  ASSERT_TRUE(
      wait_until([&] { return inbox_->status().partitions.size() + (*second)->status().partitions.size() == 1; }));
  EXPECT_EQ(inbox_->status().lost, 7u);
  EXPECT_EQ((*second)->status().lost, 0u);
}

TEST_F(KafkaInboxTest, TwoEnginesShareThePartitions) {
  options_.partition_count = 2;
  open();
  const auto second = KafkaInbox::open(options_, [this](std::span<const InboxRecord> batch) { return take(batch); });
  ASSERT_TRUE(second);
  ASSERT_TRUE(wait_until(
      [&] { return inbox_->status().partitions.size() == 1 && (*second)->status().partitions.size() == 1; }));
  other_.write({{inbox_topic_, 0, "k", event_text(1)}, {inbox_topic_, 1, "k", event_text(2)}});
  ASSERT_TRUE(wait_for_taken(2));
  EXPECT_THAT(ids(), testing::UnorderedElementsAre("1", "2"));
}

TEST_F(KafkaInboxTest, ItsWriterSaysAtOnceThatThereIsNoInbox) {
  const auto writer = KafkaInboxWriter::open(options_.connection, options_.topic);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, Errc::not_found);
  EXPECT_EQ(writer.error().field, inbox_topic_);
}

// More reports than there are looks in a minute, each at once.
TEST_F(KafkaInboxTest, ItsWriterWaitsForHoweverManyDeliveries) {
  constexpr int kRecords = 1'000;
  other_.create_topic(inbox_topic_, 1);
  options_.connection.properties = {{"batch.num.messages", "1"}, {"max.in.flight", "1"}};
  const auto writer = KafkaInboxWriter::open(options_.connection, options_.topic);
  ASSERT_TRUE(writer) << to_string(writer.error());
  for (int i = 0; i < kRecords; ++i) ASSERT_TRUE((*writer)->write("k", event_text(i)));
  const auto flushed = (*writer)->flush();
  EXPECT_TRUE(flushed) << to_string(flushed.error());
  EXPECT_EQ((*writer)->delivered(), std::uint64_t{kRecords});
}

}  // namespace
}  // namespace rapport

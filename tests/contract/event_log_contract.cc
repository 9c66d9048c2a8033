#include "tests/contract/event_log_contract.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "engine/log/log_opened.h"
#include "tests/contract/log_reading.h"

namespace rapport {

void EventLogContract::make(const LogShape& shape) {
  log_.reset();
  auto made = maker_->make(shape);
  ASSERT_TRUE(made) << to_string(made.error());
  log_ = *std::move(made);
}

void EventLogContract::reopen() {
  log_.reset();
  auto opened = maker_->reopen();
  ASSERT_TRUE(opened) << to_string(opened.error());
  log_ = *std::move(opened);
}

namespace {

using Answer = Result<std::vector<LogPosition>>;

Errc append_error(EventLog& log, std::vector<NewRecord> records) {
  const auto appended = append_and_wait(log, std::move(records));
  return appended ? Errc::internal : appended.error().code;
}

std::string random_bytes(std::size_t size) {
  std::mt19937_64 random(size);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST_P(EventLogContract, NamesItselfInTheFirstControlRecord) {
  make({.partition_count = 3});
  const auto records = read_after(*log_, {{kControlPartition, Offset{-1}}}, 1);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].position, (LogPosition{kControlPartition, Offset{0}}));
  EXPECT_EQ(records[0].key, "control");
  const auto opened = parse_log_opened(records[0].value);
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ(opened->log, log_->id());
  EXPECT_EQ(opened->partitions, 3);
  EXPECT_EQ(log_->partition_count(), 3);
}

TEST_P(EventLogContract, GivesEachLogAnIdOfItsOwn) {
  make();
  const LogId first = log_->id();
  make();
  EXPECT_NE(log_->id(), first);
}

TEST_P(EventLogContract, GivesBackWhatWasAppended) {
  make();
  const Timestamp before = now_wall_clock();
  const std::vector<NewRecord> sent{record_for(*log_, "contact/1", R"({"id":"a"})"),
                                    record_for(*log_, "contact/2", std::string("\0\xff\xfe\n", 4)),
                                    record_for(*log_, "contact/3", ""), record_for(*log_, "", "no key")};
  const auto positions = must_append(*log_, sent);
  const Timestamp after = now_wall_clock();
  ASSERT_EQ(positions.size(), sent.size());

  std::map<LogPosition, ReadRecord> read;
  Positions start = from_the_start(*log_);
  start.erase(kControlPartition);
  for (auto& record : read_after(*log_, start, sent.size())) read[record.position] = record;
  ASSERT_EQ(read.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    ASSERT_TRUE(read.contains(positions[i]));
    const ReadRecord& record = read[positions[i]];
    EXPECT_EQ(positions[i].partition, sent[i].partition);
    EXPECT_EQ(record.key, sent[i].key);
    EXPECT_EQ(record.value, sent[i].value);
    EXPECT_TRUE(record.has_value);
    EXPECT_GE(record.recorded_at, before);
    EXPECT_LE(record.recorded_at, after);
  }
}

TEST_P(EventLogContract, KeepsTheRecordedAtOfACopiedRecord) {
  make();
  NewRecord copied = record_for(*log_, "contact/1", "copied");
  copied.recorded_at = Timestamp{1'234'567'890'123};
  NewRecord ancient = record_for(*log_, "contact/1", "ancient");
  ancient.recorded_at = Timestamp{-5};
  must_append(*log_, {copied, ancient});
  const auto records = read_after(*log_, {{copied.partition, Offset{-1}}}, 2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].recorded_at, *copied.recorded_at);
  EXPECT_EQ(records[1].recorded_at, *ancient.recorded_at);
}

TEST_P(EventLogContract, AnswersAnEmptyAppend) {
  make();
  EXPECT_THAT(must_append(*log_, {}), testing::IsEmpty());
}

TEST_P(EventLogContract, KeepsTheOrderOfAPartitionAcrossAppends) {
  make({.partition_count = 2});
  constexpr int kAppends = 1'000;
  std::promise<void> all_answered;
  std::atomic<int> answered = 0, failed = 0;
  std::vector<std::string> sent;
  for (int i = 0; i < kAppends; ++i) {
    sent.push_back(std::to_string(i));
    log_->append({record_for(*log_, "contact/1", sent.back())}, [&](const Answer& answer) {
      if (!answer) ++failed;
      if (++answered == kAppends) all_answered.set_value();
    });
  }
  ASSERT_EQ(all_answered.get_future().wait_for(kTestDeadline), std::future_status::ready);
  EXPECT_EQ(failed, 0);
  const auto records = read_after(*log_, {{log_->partition_of("contact/1"), Offset{-1}}}, kAppends);
  EXPECT_EQ(values_of(records), sent);
  for (std::size_t i = 1; i < records.size(); ++i) EXPECT_GT(records[i].position, records[i - 1].position);
}

TEST_P(EventLogContract, WritesNothingOfAnAppendThatItRefuses) {
  make();
  const auto before = log_->ends();
  ASSERT_TRUE(before);
  const NewRecord good = record_for(*log_, "contact/1", "good");
  const std::string too_long(kRecordKeySizeMax + 1, 'k');
  EXPECT_EQ(append_error(*log_, {good, {Partition{4}, "contact/1", "no such partition"}}), Errc::invalid_argument);
  EXPECT_EQ(append_error(*log_, {good, {Partition{-2}, "contact/1", "no such partition"}}), Errc::invalid_argument);
  EXPECT_EQ(append_error(*log_, {good, {Partition{0}, too_long, "long key"}}), Errc::too_large);
  EXPECT_EQ(append_error(*log_, {good, {Partition{0}, "k", std::string(kRecordSizeMax, 'v')}}), Errc::too_large);
  const auto after = log_->ends();
  ASSERT_TRUE(after);
  EXPECT_EQ(*after, *before);
}

TEST_P(EventLogContract, TakesTheLargestRecord) {
  make({.partition_count = 1});
  const std::vector<NewRecord> sent{{Partition{0}, "k", std::string(kRecordSizeMax - 1, 'v')},
                                    {Partition{0}, "k", random_bytes(kRecordSizeMax - 1)},
                                    {Partition{0}, random_bytes(kRecordKeySizeMax), random_bytes(256u << 10)},
                                    {Partition{0}, "k", "small"}};
  must_append(*log_, sent);
  const auto records = read_after(*log_, {{Partition{0}, Offset{-1}}}, sent.size());
  ASSERT_EQ(records.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_TRUE(records[i].key == sent[i].key) << i;
    EXPECT_TRUE(records[i].value == sent[i].value) << i;
  }
}

// Values of org.apache.kafka.common.utils.Utils.toPositive(Utils.murmur2(key)) % partitions, from Kafka's own jar.
TEST_P(EventLogContract, PlacesKeysAsJavasProducerDoes) {
  struct Row {
    std::string key;
    std::int32_t of_8, of_12;
  };
  const std::vector<Row> rows{{"", 1, 9},
                              {"a", 4, 4},
                              {"ab", 2, 2},
                              {"abc", 3, 3},
                              {"21", 4, 0},
                              {"foobar", 6, 6},
                              {"a-little-bit-long-string", 0, 8},
                              {"a-little-bit-longer-string", 3, 11},
                              {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 5, 5},
                              {"contact/1", 2, 2},
                              {"contact/1042", 0, 8},
                              {"contact/9007199254740991", 6, 10},
                              {"company/7", 3, 7},
                              {"identity/web:a81f", 6, 2},
                              {"identity/web:\xc3\xa9t\xc3\xa9", 3, 11}};
  make({.partition_count = 8});
  for (const auto& row : rows) EXPECT_EQ(log_->partition_of(row.key), Partition{row.of_8}) << row.key;
  make({.partition_count = 12});
  for (const auto& row : rows) EXPECT_EQ(log_->partition_of(row.key), Partition{row.of_12}) << row.key;
  EXPECT_EQ(murmur2_positive(std::string("\xff\x80\0\xfe\x81", 5)), 1'700'763'136u);
}

// The log's thread does nothing else while it tells an answer: so the queue fills, however fast the log is.
TEST_P(EventLogContract, AFullQueueAnswersOverloadedAndWritesNothing) {
  make({.partition_count = 1, .queue_bytes_max = 4'096});
  std::promise<void> answering, go_on;
  log_->append({{Partition{0}, "a", "first"}}, [&, wait = go_on.get_future().share()](const Answer& answer) {
    EXPECT_TRUE(answer);
    answering.set_value();
    wait.wait();
  });
  answering.get_future().wait();

  std::vector<std::string> expected{"first"};
  std::vector<std::future<Answer>> accepted;
  std::optional<Error> refused;
  for (int i = 0; i < 100 && !refused; ++i) {
    const std::string value = std::to_string(i) + std::string(1'000, '.');
    auto promise = std::make_shared<std::promise<Answer>>();
    auto answer = promise->get_future();
    log_->append({{Partition{0}, "a", value}}, [promise](Answer done) { promise->set_value(std::move(done)); });
    // A refusal is told before append returns.
    if (answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      const Answer done = answer.get();
      ASSERT_FALSE(done);
      refused = done.error();
    } else {
      expected.push_back(value);
      accepted.push_back(std::move(answer));
    }
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, Errc::overloaded);
  EXPECT_GE(accepted.size(), 2u);
  EXPECT_LE(accepted.size(), 4u);

  go_on.set_value();
  for (auto& answer : accepted) EXPECT_TRUE(answer.get());
  EXPECT_EQ(values_of(read_after(*log_, {{Partition{0}, Offset{-1}}}, expected.size())), expected);
  EXPECT_EQ((*log_->ends())[Partition{0}].value, static_cast<std::int64_t>(expected.size()) - 1);
}

TEST_P(EventLogContract, TakesAnAppendLargerThanItsQueueWhenNothingWaits) {
  make({.partition_count = 1, .queue_bytes_max = 4'096});
  EXPECT_EQ(must_append(*log_, {{Partition{0}, "a", std::string(100'000, 'v')}}).size(), 1u);
}

TEST_P(EventLogContract, ClosingAnswersEveryAppend) {
  make({.partition_count = 1});
  std::atomic<int> written = 0, refused = 0;
  for (int i = 0; i < 200; ++i) {
    log_->append({{Partition{0}, "a", std::to_string(i)}},
                 [&](const Answer& answer) { answer ? ++written : ++refused; });
  }
  log_.reset();
  EXPECT_EQ(written + refused, 200);
  EXPECT_EQ(refused, 0);  // nothing hindered it from writing
  reopen();
  EXPECT_EQ(read_after(*log_, {{Partition{0}, Offset{-1}}}, 200).size(), 200u);
}

TEST_P(EventLogContract, TakesAppendsFromManyThreads) {
  make({.partition_count = 3});
  constexpr int kThreads = 4, kAppends = 50, kRecords = 5;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<LogPosition> acknowledged;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kAppends; ++i) {
        std::vector<NewRecord> records;
        for (int r = 0; r < kRecords; ++r) {
          records.push_back(record_for(*log_, "contact/" + std::to_string(t), std::to_string(i * kRecords + r)));
        }
        const auto positions = must_append(*log_, std::move(records));
        const std::lock_guard lock(mutex);
        acknowledged.insert(positions.begin(), positions.end());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  constexpr std::size_t kAll = kThreads * kAppends * kRecords;
  EXPECT_EQ(acknowledged.size(), kAll);

  Positions start = from_the_start(*log_);
  start.erase(kControlPartition);
  std::map<std::string, int> next;
  const auto records = read_after(*log_, start, kAll);
  ASSERT_EQ(records.size(), kAll);
  for (const auto& record : records) {
    EXPECT_TRUE(acknowledged.contains(record.position));
    EXPECT_EQ(record.value, std::to_string(next[record.key]++)) << record.key;
  }
}

TEST_P(EventLogContract, KeepsEverythingWhenOpenedAgain) {
  make({.partition_count = 3});
  const LogId id = log_->id();
  const auto first = must_append(*log_, {{Partition{2}, "a", "1"}, {Partition{0}, "b", "2"}});
  const Positions ends = *log_->ends();
  reopen();
  EXPECT_EQ(log_->id(), id);
  EXPECT_EQ(log_->partition_count(), 3);
  EXPECT_EQ(*log_->ends(), ends);
  const auto second = must_append(*log_, {{Partition{2}, "a", "3"}});
  ASSERT_EQ(second.size(), 1u);
  EXPECT_GT(second[0].offset, first[0].offset);
  EXPECT_THAT(values_of(read_after(*log_, {{Partition{2}, Offset{-1}}}, 2)), testing::ElementsAre("1", "3"));
}

TEST_P(EventLogContract, IsWell) {
  make();
  must_append(*log_, {record_for(*log_, "contact/1", "1")});
  EXPECT_EQ(log_->health().error, std::nullopt);
  EXPECT_THAT(log_->health().partitions, testing::IsEmpty());
}

}  // namespace
}  // namespace rapport

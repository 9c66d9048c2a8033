// What only the log on Kafka can meet: topics that others made, changed, emptied or deleted, and records that are not
// ours.
#include "engine/log/kafka_log.h"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "engine/log/kafka_topics.h"
#include "engine/log/log_opened.h"
#include "tests/contract/log_reading.h"
#include "tests/kafka/other_client.h"
#include "tests/kafka/test_broker.h"
#include "tests/kafka/test_topics.h"

namespace rapport {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// By then a broker that has nothing more to give has said so.
constexpr std::chrono::milliseconds kEndIsTold{300};

// What a log's topic must have.
const std::map<std::string, std::string> kGoodSettings{{"cleanup.policy", "delete"},
                                                       {"retention.ms", "-1"},
                                                       {"retention.bytes", "-1"},
                                                       {"message.timestamp.type", "LogAppendTime"},
                                                       {"unclean.leader.election.enable", "false"},
                                                       {"max.message.bytes", std::to_string(kKafkaBatchSizeMax)}};

class KafkaLogTest : public testing::Test {
 protected:
  KafkaLogTest() {
    options_ = {.connection = {.brokers = shared_broker()},
                .topic = topics_.name(),
                .create_topics = true,
                .partition_count = 2};
  }

  void open() {
    log_.reset();
    auto log = KafkaLog::open(options_);
    ASSERT_TRUE(log) << to_string(log.error());
    log_ = *std::move(log);
  }

  Error open_error() {
    log_.reset();
    const auto log = KafkaLog::open(options_);
    return log ? Error{Errc::internal, "it opened"} : log.error();
  }

  // Reads until the reader has a fault, and gives it.
  static std::optional<PartitionFault> fault_of(LogReader& reader) {
    RecordBatch batch;
    const auto until = std::chrono::steady_clock::now() + kTestDeadline;
    while (reader.faults().empty() && std::chrono::steady_clock::now() < until) {
      static_cast<void>(reader.read({}, batch).has_value());
    }
    if (reader.faults().empty()) return std::nullopt;
    return reader.faults().front();
  }

  TestTopics topics_{shared_broker()};
  OtherClient other_{shared_broker()};
  KafkaLogOptions options_;
  std::unique_ptr<KafkaLog> log_;
};

TEST_F(KafkaLogTest, MakesNoTopicUnasked) {
  options_.create_topics = false;
  const Error error = open_error();
  EXPECT_EQ(error.code, Errc::not_found);
  EXPECT_EQ(error.field, options_.topic);
  EXPECT_THAT(error.detail, HasSubstr("--create-topics"));
  options_.create_topics = true;
  const auto checked = KafkaLog::check(options_);
  ASSERT_FALSE(checked) << "asking makes no topic";
  EXPECT_EQ(checked.error().code, Errc::not_found);
}

TEST_F(KafkaLogTest, RefusesATopicThatWouldLoseHistoryAndSaysWhatMendsIt) {
  struct Row {
    std::string setting, value, wanted;
  };
  const std::vector<Row> rows{{"cleanup.policy", "compact", "cleanup.policy=delete"},
                              {"retention.ms", "1000000", "retention.ms=-1"},
                              {"retention.bytes", "1000000", "retention.bytes=-1"},
                              {"message.timestamp.type", "CreateTime", "message.timestamp.type=LogAppendTime"},
                              {"unclean.leader.election.enable", "true", "unclean.leader.election.enable=false"},
                              {"max.message.bytes", "100000", "max.message.bytes=2097152"}};
  for (const auto& row : rows) {
    options_.topic = topics_.name();
    auto settings = kGoodSettings;
    settings[row.setting] = row.value;
    other_.create_topic(options_.topic, 1, settings);
    const Error error = open_error();
    EXPECT_EQ(error.code, Errc::wrong_format) << row.setting;
    EXPECT_EQ(error.field, options_.topic);
    EXPECT_THAT(error.detail, AllOf(HasSubstr(row.setting + "=" + row.value),
                                    HasSubstr("kafka-configs.sh --bootstrap-server " + shared_broker()),
                                    HasSubstr("--add-config " + row.wanted)));
    const auto checked = KafkaLog::check(options_);
    ASSERT_FALSE(checked) << "who asks beforehand is told the same";
    EXPECT_EQ(checked.error().detail, error.detail);
  }
}

TEST_F(KafkaLogTest, TakesTopicsThatAnOperatorMadeWell) {
  other_.create_topic(options_.topic, 3, kGoodSettings);
  other_.create_topic(options_.topic + ".control", 1, kGoodSettings);
  options_.create_topics = false;
  open();
  ASSERT_TRUE(log_);
  EXPECT_EQ(log_->partition_count(), 3);
}

TEST_F(KafkaLogTest, RefusesAPartitionCountThatChanged) {
  open();
  log_.reset();
  other_.add_partitions(options_.topic, 5);
  const Error error = open_error();
  EXPECT_EQ(error.code, Errc::wrong_format);
  EXPECT_THAT(error.detail, AllOf(HasSubstr("has 5 partitions"), HasSubstr("had 2"), HasSubstr("rapport log copy")));
  const auto checked = KafkaLog::check(options_);
  ASSERT_FALSE(checked) << "who asks beforehand is told the same";
  EXPECT_EQ(checked.error().detail, error.detail);
}

TEST_F(KafkaLogTest, RefusesAControlTopicOfTwoPartitions) {
  other_.create_topic(options_.topic + ".control", 2, kGoodSettings);
  EXPECT_EQ(open_error().code, Errc::wrong_format);
}

TEST_F(KafkaLogTest, RefusesRecordsWithoutAControlStream) {
  other_.create_topic(options_.topic, 2, kGoodSettings);
  other_.write({{options_.topic, 1, "k", "someone else's"}});
  EXPECT_EQ(open_error().code, Errc::wrong_format);
}

TEST_F(KafkaLogTest, RefusesAControlStreamThatBeginsWithAnythingElse) {
  other_.create_topic(options_.topic, 2, kGoodSettings);
  other_.create_topic(options_.topic + ".control", 1, kGoodSettings);
  other_.write({{options_.topic + ".control", 0, "control", "{}"}});
  EXPECT_EQ(open_error().code, Errc::wrong_format);
}

TEST_F(KafkaLogTest, TwoThatNameALogAtOnceAgree) {
  options_.partition_count = 1;
  open();  // makes the topics
  log_.reset();
  std::vector<std::future<Result<std::unique_ptr<KafkaLog>>>> opening;
  options_.topic = topics_.name();
  other_.create_topic(options_.topic, 1, kGoodSettings);
  other_.create_topic(options_.topic + ".control", 1, kGoodSettings);
  for (int i = 0; i < 3; ++i) {
    opening.push_back(std::async(std::launch::async, [&] { return KafkaLog::open(options_); }));
  }
  std::vector<std::unique_ptr<KafkaLog>> logs;
  for (auto& one : opening) {
    auto log = one.get();
    ASSERT_TRUE(log) << to_string(log.error());
    logs.push_back(*std::move(log));
  }
  for (const auto& log : logs) EXPECT_EQ(log->id(), logs[0]->id());
}

TEST_F(KafkaLogTest, RefusesAPropertyThatWouldLoseEvents) {
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"acks", "1"}, {"enable.idempotence", "false"}, {"auto.offset.reset", "latest"}, {"check.crcs", "false"}}) {
    options_.connection.properties = {{name, value}};
    const Error error = open_error();
    EXPECT_EQ(error.code, Errc::invalid_argument) << name;
    EXPECT_EQ(error.field, name);
  }
}

TEST_F(KafkaLogTest, RefusesAPropertyThatDoesNotExist) {
  options_.connection.properties = {{"no.such.property", "1"}};
  const Error error = open_error();
  EXPECT_EQ(error.code, Errc::invalid_argument);
  EXPECT_EQ(error.field, "no.such.property");
}

TEST_F(KafkaLogTest, SaysThatNoBrokerAnswersAndWhy) {
  options_.connection.brokers = "127.0.0.1:1";
  options_.answer_wait = std::chrono::milliseconds(500);
  const Error error = open_error();
  EXPECT_EQ(error.code, Errc::log_unavailable);
  EXPECT_THAT(error.detail, AllOf(HasSubstr("no broker answers"), HasSubstr("127.0.0.1:1"), HasSubstr("refused")));
}

TEST_F(KafkaLogTest, GivesRecordsOfOthersAsTheyAre) {
  open();
  other_.write({{options_.topic, 0, "k", std::nullopt},
                {options_.topic, 0, std::nullopt, "no key"},
                {options_.topic, 0, "k", "odd header", {{"rapport-recorded-at", "yesterday"}}},
                {options_.topic, 0, "k", "no year has it", {{"rapport-recorded-at", "253402300800000"}}},
                {options_.topic, 0, "k", "nor this", {{"rapport-recorded-at", "-9223372036854775808"}}}});
  const auto records = read_after(*log_, {{Partition{0}, Offset{-1}}}, 5);
  ASSERT_EQ(records.size(), 5u);
  EXPECT_FALSE(records[0].has_value);
  EXPECT_EQ(records[1].key, "");
  EXPECT_TRUE(records[1].has_value);
  for (const std::size_t odd : {2, 3, 4}) {
    EXPECT_GT(records[odd].recorded_at.ms, 1'700'000'000'000) << odd;
    EXPECT_LE(records[odd].recorded_at, kTimestampMax) << odd;
  }
}

// More than is read at once: the first come while the reader waits, and the end of them is told before it goes on.
TEST_F(KafkaLogTest, GivesALongControlStreamWhole) {
  open();
  constexpr std::int64_t kRecords = 25'000;
  const std::vector<NewRecord> records(kRecords / 10, NewRecord{kControlPartition, "k", "v"});
  for (int i = 0; i < 10; ++i) must_append(*log_, records);
  const Offset end = log_->ends()->at(kControlPartition);
  Offset last{-1};
  auto reader = log_->open_reader({{kControlPartition, last}});
  ASSERT_TRUE(reader);
  const auto until = std::chrono::steady_clock::now() + kTestDeadline;
  while (last < end && !HasFailure() && std::chrono::steady_clock::now() < until) {
    RecordBatch batch;
    ASSERT_TRUE((*reader)->read({}, batch));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(batch[i].position.offset.value, last.value + 1);
      last = batch[i].position.offset;
    }
    std::this_thread::sleep_for(kEndIsTold);
  }
  EXPECT_EQ(last, end);
}

// The queue is full and emptied some thirty times, of two partitions' records in turns.
TEST_F(KafkaLogTest, GivesMoreThanItsQueueHoldsWhole) {
  options_.connection.properties["queued.max.messages.kbytes"] = "1024";
  open();
  constexpr std::int64_t kRecords = 200'000;
  for (int i = 0; i < 10; ++i) {
    std::vector<NewRecord> records;
    for (std::int64_t n = 0; n < kRecords / 10; ++n) {
      records.push_back({Partition{static_cast<std::int32_t>(n % 2)}, "k", std::string(100, 'v')});
    }
    must_append(*log_, std::move(records));
  }
  const auto records = read_after(*log_, from_the_start(*log_), kRecords + 1);
  ASSERT_EQ(records.size(), static_cast<std::size_t>(kRecords + 1));
  Positions last = from_the_start(*log_);
  for (const ReadRecord& record : records) {
    Offset& reached = last.at(record.position.partition);
    EXPECT_EQ(record.position.offset.value, reached.value + 1);
    reached = record.position.offset;
  }
}

TEST_F(KafkaLogTest, PassesOverMarkersAndAbortedRecords) {
  open();
  other_.write_committed({{options_.topic, 0, "k", "1"}, {options_.topic, 0, "k", "2"}});
  other_.write_aborted({{options_.topic, 0, "k", "never"}});
  must_append(*log_, {{Partition{0}, "k", "3"}});
  other_.write_aborted({{options_.topic, 0, "k", "never"}});
  auto reader = log_->open_reader({{Partition{0}, Offset{-1}}});
  ASSERT_TRUE(reader);
  const auto records = read_records(**reader, 3);
  EXPECT_THAT(values_of(records), ElementsAre("1", "2", "3"));
  // Behind a marker and an aborted record, whose marker the coordinator may write a moment later.
  EXPECT_GE(records.back().position.offset, Offset{4});
  // The end is an aborted transaction's marker: the reader comes to stand there.
  const auto ends = log_->ends();
  ASSERT_TRUE(ends);
  const auto until = std::chrono::steady_clock::now() + kTestDeadline;
  RecordBatch none;
  while ((*reader)->positions().at(Partition{0}) < ends->at(Partition{0}) && std::chrono::steady_clock::now() < until) {
    ASSERT_TRUE((*reader)->read({}, none));
  }
  EXPECT_EQ((*reader)->positions().at(Partition{0}), ends->at(Partition{0}));
  EXPECT_TRUE(none.empty());
  EXPECT_THAT((*reader)->faults(), testing::IsEmpty());
}

TEST_F(KafkaLogTest, HaltsAPartitionWhoseRecordsWereDeletedAndReadsTheOthers) {
  open();
  for (int i = 0; i < 10; ++i) must_append(*log_, {{Partition{0}, "k", "v"}, {Partition{1}, "k", "other"}});
  other_.delete_records(options_.topic, 0, 5);
  auto reader = log_->open_reader({{Partition{0}, Offset{2}}, {Partition{1}, Offset{-1}}});
  ASSERT_TRUE(reader);
  const auto others = read_records(**reader, 10);
  EXPECT_EQ(others.size(), 10u);
  for (const auto& record : others) EXPECT_EQ(record.value, "other");
  const auto fault = fault_of(**reader);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->partition, Partition{0});
  EXPECT_EQ(fault->error.code, Errc::position_gone);
  EXPECT_THAT(fault->error.detail, HasSubstr("after offset 2"));
  EXPECT_EQ((*reader)->positions().at(Partition{0}), Offset{2});
  // From what is left it reads.
  EXPECT_EQ(read_after(*log_, {{Partition{0}, Offset{4}}}, 5).size(), 5u);
}

TEST_F(KafkaLogTest, ATopicThatWasDeletedHaltsItsReader) {
  open();
  must_append(*log_, {{Partition{0}, "k", "1"}});
  // So that the client looks at the topic again soon, as it does by itself every five minutes.
  options_.connection.properties = {{"topic.metadata.refresh.interval.ms", "500"}};
  open();
  auto reader = log_->open_reader({{Partition{0}, Offset{-1}}});
  ASSERT_TRUE(reader);
  ASSERT_EQ(read_records(**reader, 1).size(), 1u);
  other_.delete_topics({options_.topic});
  const auto fault = fault_of(**reader);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->error.code, Errc::position_gone);
}

TEST_F(KafkaLogTest, ATopicThatWasMadeAnewIsAnotherLog) {
  open();
  const LogId first = log_->id();
  must_append(*log_, {{Partition{0}, "k", "1"}});
  log_.reset();
  other_.delete_topics({options_.topic, options_.topic + ".control"});
  open();
  ASSERT_TRUE(log_);
  EXPECT_NE(log_->id(), first);
  const auto reader = log_->open_reader({{Partition{0}, Offset{0}}});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Errc::position_gone);
}

}  // namespace
}  // namespace rapport

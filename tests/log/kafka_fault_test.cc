// A broker that is killed, stopped and slow while records are appended and read: nothing acknowledged is lost, nothing
// is given twice, and it goes on without being opened again.
#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

#include "engine/log/kafka_key_stream.h"
#include "engine/log/kafka_log.h"
#include "tests/contract/log_reading.h"
#include "tests/kafka/test_broker.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

bool wait_until(const std::function<bool()>& condition) {
  for (const auto until = Clock::now() + std::chrono::seconds(90); Clock::now() < until;) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

// Appends one record after the other, each until it is acknowledged, under the same id.
class SteadyPublisher {
 public:
  explicit SteadyPublisher(EventLog& log) : log_(log), thread_([this] { run(); }) {}
  ~SteadyPublisher() { finish(); }

  void finish() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int acknowledged() const { return acknowledged_; }
  int refused() const { return refused_; }

 private:
  void run() {
    while (!stopping_) {
      const auto appended = append_and_wait(log_, {{Partition{0}, "k", std::to_string(acknowledged_)}});
      if (appended) {
        ++acknowledged_;
      } else {
        EXPECT_TRUE(errc_retriable(appended.error().code)) << to_string(appended.error());
        ++refused_;
      }
    }
  }

  EventLog& log_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> acknowledged_ = 0, refused_ = 0;
  std::thread thread_;
};

class KafkaFaultTest : public testing::Test {
 protected:
  void open(const std::map<std::string, std::string>& properties = {}) {
    // A broker that has just begun may be too busy to make a topic in time.
    std::optional<Error> failed;
    ASSERT_TRUE(wait_until([&] {
      auto log = KafkaLog::open({.connection = {.brokers = broker_.address(), .properties = properties},
                                 .topic = "log",
                                 .create_topics = true,
                                 .partition_count = 1,
                                 .queue_bytes_max = 1u << 20,
                                 .close_wait = std::chrono::milliseconds(500)});
      failed = log ? std::nullopt : std::optional(log.error());
      if (log) log_ = *std::move(log);
      return !failed || !errc_retriable(failed->code);
    })) << to_string(*failed);
    ASSERT_FALSE(failed) << to_string(*failed);
    auto reader = log_->open_reader({{Partition{0}, Offset{-1}}});
    ASSERT_TRUE(reader) << to_string(reader.error());
    reader_ = *std::move(reader);
  }

  // Every acknowledged value is there, in the order of its first time; what was appended again may be there again.
  void expect_all(int acknowledged) {
    std::vector<std::string> order;
    std::set<std::string> seen;
    std::set<LogPosition> positions;
    RecordBatch batch;
    ASSERT_TRUE(wait_until([&] {
      batch.clear();
      static_cast<void>(reader_->read({}, batch).has_value());
      for (std::size_t i = 0; i < batch.size(); ++i) {
        EXPECT_TRUE(positions.insert(batch[i].position).second);
        if (seen.emplace(batch[i].value).second) order.emplace_back(batch[i].value);
      }
      return order.size() >= static_cast<std::size_t>(acknowledged);
    }));
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], std::to_string(i));
    EXPECT_THAT(reader_->faults(), testing::IsEmpty());
  }

  TemporaryDirectory directory_;
  TestBroker broker_{directory_.path() / "broker"};
  std::unique_ptr<KafkaLog> log_;
  std::unique_ptr<LogReader> reader_;
};

TEST_F(KafkaFaultTest, ABrokerThatIsKilledAndComesBackLosesNothing) {
  ASSERT_NO_FATAL_FAILURE(open());
  SteadyPublisher publisher(*log_);
  for (int round = 0; round < 3; ++round) {
    const int before = publisher.acknowledged();
    ASSERT_TRUE(wait_until([&] { return publisher.acknowledged() > before + 50; }));
    broker_.kill();
    ASSERT_TRUE(wait_until([&] { return log_->health().error || !log_->ends(); }));
    EXPECT_TRUE(log_->health().error);
    broker_.restart();
  }
  const int before = publisher.acknowledged();
  ASSERT_TRUE(wait_until([&] { return publisher.acknowledged() > before + 50; }));
  publisher.finish();
  expect_all(publisher.acknowledged());
  EXPECT_TRUE(log_->ends());
  EXPECT_EQ(log_->health().error, std::nullopt);
  EXPECT_THAT(log_->health().partitions, testing::IsEmpty());
}

// librdkafka would ask for the ends for as long as the broker is gone.
TEST_F(KafkaFaultTest, NobodyWaitsForABrokerThatIsGone) {
  ASSERT_NO_FATAL_FAILURE(open());
  const auto keys =
      KafkaKeyStream::open({.connection = {.brokers = broker_.address()}, .topic = "log", .replication = 1}, true);
  ASSERT_TRUE(keys) << to_string(keys.error());
  ASSERT_TRUE((*keys)->append({{"a", "1"}}));
  broker_.kill();
  const auto asked = Clock::now();
  EXPECT_EQ(log_->ends().error().code, Errc::log_unavailable);
  std::thread reader([&] {
    const auto read = (*keys)->read(Offset{-1}, [](Offset, const KeyRecord&) { return Result<void>(); });
    EXPECT_FALSE(read);
  });
  (*keys)->stop();
  reader.join();
  EXPECT_LT(Clock::now() - asked, std::chrono::seconds(60));
  broker_.restart();
}

TEST_F(KafkaFaultTest, ABrokerThatHangsMakesAppendsFailAndReadsSaySo) {
  ASSERT_NO_FATAL_FAILURE(
      open({{"message.timeout.ms", "3000"}, {"request.timeout.ms", "2000"}, {"socket.timeout.ms", "2000"}}));
  SteadyPublisher publisher(*log_);
  ASSERT_TRUE(wait_until([&] { return publisher.acknowledged() > 50; }));
  broker_.pause();
  ASSERT_TRUE(wait_until([&] { return publisher.refused() > 0; }));
  EXPECT_FALSE(log_->health().partitions.empty());
  EXPECT_FALSE(log_->ends());
  ASSERT_TRUE(log_->health().error);
  RecordBatch batch;
  ASSERT_TRUE(wait_until([&] {
    const auto read = reader_->read({}, batch);
    return !read && read.error().code == Errc::log_unavailable;
  }));
  broker_.resume();
  reader_.reset();
  const int before = publisher.acknowledged();
  ASSERT_TRUE(wait_until([&] { return publisher.acknowledged() > before + 50; }));
  publisher.finish();
  auto reader = log_->open_reader({{Partition{0}, Offset{-1}}});
  ASSERT_TRUE(reader) << to_string(reader.error());
  reader_ = *std::move(reader);
  expect_all(publisher.acknowledged());
}

// Slow: it runs for a fifth of the time. Then it hangs for longer than a request may take.
TEST_F(KafkaFaultTest, ASlowBrokerAndHalfAMinuteOfSilenceLoseNothing) {
  ASSERT_NO_FATAL_FAILURE(open());
  SteadyPublisher publisher(*log_);
  ASSERT_TRUE(wait_until([&] { return publisher.acknowledged() > 50; }));
  for (int round = 0; round < 50; ++round) {
    broker_.pause();
    std::this_thread::sleep_for(std::chrono::milliseconds(80));
    broker_.resume();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const int slowly = publisher.acknowledged();
  ASSERT_TRUE(wait_until([&] { return publisher.acknowledged() > slowly; }));
  broker_.pause();
  std::this_thread::sleep_for(std::chrono::seconds(30));
  broker_.resume();
  const int before = publisher.acknowledged();
  ASSERT_TRUE(wait_until([&] { return publisher.acknowledged() > before + 50; }));
  publisher.finish();
  expect_all(publisher.acknowledged());
}

TEST_F(KafkaFaultTest, WhatWaitsForABrokerIsBounded) {
  ASSERT_NO_FATAL_FAILURE(open());
  broker_.kill();
  std::atomic<int> answered = 0;
  std::optional<Error> refused;
  int waiting = 0;
  for (; waiting < 1'000 && !refused; ++waiting) {
    log_->append({{Partition{0}, "k", std::string(100'000, 'v')}}, [&](const Result<std::vector<LogPosition>>& done) {
      ++answered;
      if (!done && done.error().code == Errc::overloaded) refused = done.error();
    });
  }
  ASSERT_TRUE(refused);
  EXPECT_LE(waiting, 12);
  reader_.reset();
  log_.reset();  // answers what waits, though there is no broker
  EXPECT_EQ(answered, waiting);
}

}  // namespace
}  // namespace rapport

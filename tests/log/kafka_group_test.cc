// Memberships of one group on a real broker: who has which partitions, as each of them is told it.
#include "engine/log/kafka_group.h"

#include <gmock/gmock.h>

#include <mutex>
#include <numeric>

#include "tests/contract/wait_until.h"
#include "tests/kafka/other_client.h"
#include "tests/kafka/test_broker.h"
#include "tests/kafka/test_topics.h"

namespace rapport {
namespace {

constexpr int kPartitions = 4;

class KafkaGroupTest : public testing::Test {
 protected:
  struct Member {
    std::string address;
    std::mutex mutex;
    std::optional<std::set<Partition>> owned;
    int failures_left = 0;
    std::unique_ptr<KafkaGroup> group;

    std::optional<std::set<Partition>> now() {
      const std::lock_guard lock(mutex);
      return owned;
    }
    std::size_t count() { return now().value_or(std::set<Partition>{}).size(); }
  };

  KafkaGroupTest() : topic_(topics_.name()) { OtherClient(shared_broker()).create_topic(topic_, kPartitions); }

  void join(Member& member, const std::string& address) {
    member.address = address;
    auto group = KafkaGroup::open(
        {.connection = {.brokers = shared_broker()}, .topic = topic_, .group = topic_, .address = address},
        [&member](const std::set<Partition>& partitions) -> Result<void> {
          const std::lock_guard lock(member.mutex);
          if (member.failures_left > 0) {
            --member.failures_left;
            return Error{Errc::log_unavailable, "the log is away"};
          }
          member.owned = partitions;
          return {};
        });
    ASSERT_TRUE(group) << to_string(group.error());
    member.group = *std::move(group);
  }

  // What the broker says, as the member tells it.
  static bool agrees(Member& told, const std::vector<Member*>& members) {
    std::vector<GroupMember> wanted;
    for (Member* member : members) wanted.push_back({member->address, member->now().value_or(std::set<Partition>{})});
    return told.group->is_confirmed() && told.group->members() == wanted;
  }

  TestTopics topics_{shared_broker()};
  const std::string topic_;
};

TEST_F(KafkaGroupTest, OneHasAllAndTwoShareThem) {
  Member a, b;
  join(a, "127.0.0.1:1001");
  ASSERT_TRUE(wait_until([&] { return a.count() == kPartitions && agrees(a, {&a}); }));
  join(b, "127.0.0.1:1002");
  ASSERT_TRUE(wait_until([&] {
    return a.count() == 2 && b.count() == 2 && agrees(a, {&a, &b}) && agrees(b, {&a, &b});
  }));
  std::set<Partition> both = *a.now();
  both.merge(*b.now());
  EXPECT_EQ(both.size(), kPartitions) << "each has one owner";
  EXPECT_FALSE(a.group->error());
}

TEST_F(KafkaGroupTest, ARestartWithinTheSessionTimeoutMovesNothing) {
  Member a, b;
  join(a, "127.0.0.1:1001");
  join(b, "127.0.0.1:1002");
  ASSERT_TRUE(wait_until([&] { return a.count() == 2 && b.count() == 2 && agrees(a, {&a, &b}); }));
  const auto before = a.now(), others = b.now();
  b.group.reset();
  {
    const std::lock_guard lock(a.mutex);
    a.owned.reset();  // to be seen if it is told anew
  }
  Member again;
  join(again, "127.0.0.1:1002");
  ASSERT_TRUE(wait_until([&] { return again.now() == others && again.group->is_confirmed(); }));
  EXPECT_FALSE(a.now()) << "the other was told of no change";
}

TEST_F(KafkaGroupTest, WhoStaysAwayLosesItsPartitionsToTheOthers) {
  Member a, b;
  join(a, "127.0.0.1:1001");
  join(b, "127.0.0.1:1002");
  ASSERT_TRUE(wait_until([&] { return a.count() == 2 && b.count() == 2; }));
  b.group.reset();
  const auto left = std::chrono::steady_clock::now();
  ASSERT_TRUE(wait_until([&] { return a.count() == kPartitions && agrees(a, {&a}); }));
  EXPECT_LT(std::chrono::steady_clock::now() - left, std::chrono::seconds(10));
}

TEST_F(KafkaGroupTest, ASecondOneOfTheSameAddressFencesTheFirst) {
  Member first, second;
  join(first, "127.0.0.1:1001");
  ASSERT_TRUE(wait_until([&] { return first.count() == kPartitions; }));
  join(second, "127.0.0.1:1001");
  ASSERT_TRUE(wait_until([&] { return second.count() == kPartitions && second.group->is_confirmed(); }));
  // librdkafka may tell of the error itself before we ask it what it is.
  EXPECT_TRUE(wait_until([&] {
    const auto error = first.group->error();
    return !first.group->is_confirmed() && error && error->code == Errc::locked;
  }));
  // Nobody has the name any more: whoever fenced us has gone, or was a join of our own that the broker did twice.
  second.group.reset();
  EXPECT_TRUE(wait_until(
      [&] { return first.group->is_confirmed() && first.count() == kPartitions && agrees(first, {&first}); }));
}

TEST_F(KafkaGroupTest, TellsAgainWhatCouldNotBeTaken) {
  Member a;
  a.failures_left = 2;
  join(a, "127.0.0.1:1001");
  ASSERT_TRUE(wait_until([&] { return a.count() == kPartitions; }));
  EXPECT_TRUE(wait_until([&] { return !a.group->error(); }));
}

}  // namespace
}  // namespace rapport

#include "engine/fold/recent_outcomes.h"

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>

namespace rapport {
namespace {

FoldRecord record_at(LogPosition position) {
  FoldRecord record;
  record.recorded.position = position;
  return record;
}

void add(RecentOutcomes& recent, std::initializer_list<LogPosition> positions) {
  std::vector<FoldRecord> records;
  std::vector<Outcome> outcomes;
  for (const LogPosition position : positions) {
    records.push_back(record_at(position));
    outcomes.push_back({.version = static_cast<std::uint64_t>(position.offset.value)});
  }
  recent.add(records, outcomes);
}

std::optional<std::uint64_t> version_at(const RecentOutcomes& recent, LogPosition position) {
  const auto found = recent.find(std::array{position}).front();
  return found ? std::optional(found->version) : std::nullopt;
}

constexpr Partition kFirst{0}, kSecond{1};

TEST(RecentOutcomes, KeepTheNewest) {
  RecentOutcomes recent(3);
  add(recent, {{kFirst, Offset{0}}, {kFirst, Offset{2}}, {kFirst, Offset{4}}, {kSecond, Offset{7}}});
  EXPECT_FALSE(version_at(recent, {kFirst, Offset{0}})) << "dropped for newer ones";
  EXPECT_EQ(version_at(recent, {kFirst, Offset{2}}), 2u);
  EXPECT_FALSE(version_at(recent, {kFirst, Offset{3}})) << "no record stands there";
  EXPECT_EQ(version_at(recent, {kFirst, Offset{4}}), 4u);
  EXPECT_EQ(version_at(recent, {kSecond, Offset{7}}), 7u);
  EXPECT_FALSE(version_at(recent, {Partition{2}, Offset{0}}));
}

TEST(RecentOutcomes, KeepSoManyOfAllPartitionsTogether) {
  RecentOutcomes recent(3);
  add(recent, {{kFirst, Offset{0}}, {kSecond, Offset{0}}, {kFirst, Offset{1}}});
  add(recent, {{kSecond, Offset{1}}, {kSecond, Offset{2}}});
  EXPECT_FALSE(version_at(recent, {kFirst, Offset{0}}));
  EXPECT_FALSE(version_at(recent, {kSecond, Offset{0}}));
  EXPECT_EQ(version_at(recent, {kFirst, Offset{1}}), 1u);
  EXPECT_EQ(version_at(recent, {kSecond, Offset{1}}), 1u);
  EXPECT_EQ(version_at(recent, {kSecond, Offset{2}}), 2u);
  add(recent, {{kSecond, Offset{3}}, {kSecond, Offset{4}}});
  EXPECT_FALSE(version_at(recent, {kFirst, Offset{1}}));
  EXPECT_FALSE(version_at(recent, {kSecond, Offset{1}}));
  EXPECT_EQ(version_at(recent, {kSecond, Offset{4}}), 4u);
}

}  // namespace
}  // namespace rapport

#include "projections/control_fold.h"

#include <gtest/gtest.h>

#include "events/event.h"
#include "projections/generation.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::uint64_t kApart = 10'000;  // ids that a publisher brings, each in a range of its own

struct ControlLog {
  explicit ControlLog(Generation& g) : generation(g) {}

  void fold(EventType type, std::vector<Payload> payloads) {
    std::vector<FoldRecord> records;
    for (Payload& payload : payloads) {
      FoldRecord record;
      record.recorded = {
          {kControlPartition, Offset{next}},
          Timestamp{1'000 + next},
          make_event("e" + std::to_string(next), "rapport", type, ControlSubject{}, std::nullopt, std::move(payload))};
      records.push_back(std::move(record));
      ++next;
    }
    ASSERT_TRUE(generation.fold(records));
  }

  Generation& generation;
  std::int64_t next = 0;
};

IdsReserved around(std::uint64_t place) { return {IdKind::contact, place * kApart + 1, 1'024, ""}; }

// Counted by where entries stand: what a step leaves alone is in the same place as before it.
TEST(ControlFold, AStepLeavesAloneWhatItDoesNotChange) {
  TemporaryDirectory directory;
  const auto generation = Generation::open({.directory = directory.path()}).value();
  ControlLog log(*generation);
  constexpr std::uint64_t kRanges = 5'000;
  std::vector<Payload> ranges;
  for (std::uint64_t i = 0; i < kRanges; ++i) ranges.emplace_back(around(i));
  log.fold(EventType::ids_reserved, std::move(ranges));

  const auto before = generation->view();
  log.fold(EventType::ids_reserved, {Payload(around(kRanges))});
  const auto behind = generation->view();
  EXPECT_EQ(before->control().range_of(IdKind::contact, kRanges * kApart + 1), nullptr) << "a view stays as it is";
  std::size_t moved = 0;
  for (std::uint64_t i = 0; i < kRanges; ++i) {
    const IdRange* was = before->control().range_of(IdKind::contact, i * kApart + 1);
    const IdRange* is = behind->control().range_of(IdKind::contact, i * kApart + 1);
    ASSERT_NE(is, nullptr);
    moved += was != is;
  }
  EXPECT_LE(moved, 64u);
}

TEST(ControlFold, AnAttributeIsFoundByTheKeyThatItHasNow) {
  ControlState control;
  control.define({.id = 1, .object = AttributeObject::contact, .key = "plan"});
  control.define({.id = 2, .object = AttributeObject::company, .key = "plan"});
  EXPECT_EQ(control.attribute(AttributeObject::contact, "plan")->id, 1u);
  EXPECT_EQ(control.attribute(AttributeObject::company, "plan")->id, 2u);
  EXPECT_EQ(control.attribute(AttributeObject::case_, "plan"), nullptr);
  control.define({.id = 1, .object = AttributeObject::contact, .key = "tier"});
  EXPECT_EQ(control.attribute(AttributeObject::contact, "plan"), nullptr);
  EXPECT_EQ(control.attribute(AttributeObject::contact, "tier")->id, 1u);
  control.drop_attribute(1);
  control.drop_attribute(7);
  EXPECT_EQ(control.attribute(AttributeObject::contact, "tier"), nullptr);
  EXPECT_EQ(control.attributes.size(), 1u);
}

}  // namespace
}  // namespace rapport

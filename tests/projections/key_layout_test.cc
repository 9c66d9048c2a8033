#include "projections/key_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace rapport {
namespace {

EventName named(std::string_view id, std::optional<Timestamp> time = std::nullopt) {
  return event_name("crm", id, time);
}

TEST(KeyLayout, TimelineKeysSortByTimeThenOffset) {
  const std::string stream = stream_key(ContactId{7});
  const std::vector<WriteStamp> in_order{
      {kTimestampMin, Offset{9}},  {Timestamp{-1}, Offset{5}}, {Timestamp{0}, Offset{0}},  {Timestamp{0}, Offset{255}},
      {Timestamp{0}, Offset{256}}, {Timestamp{1}, Offset{3}},  {kTimestampMax, Offset{1}},
  };
  std::vector<std::string> keys;
  for (const WriteStamp& stamp : in_order) keys.push_back(timeline_key(stream, stamp));
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(timeline_stamp(keys[i]), in_order[i]);
    EXPECT_TRUE(keys[i].starts_with(timeline_prefix(stream)));
    EXPECT_TRUE(keys[i].starts_with(timeline_key_at(stream, in_order[i].time)));
  }
}

TEST(KeyLayout, IsAsThePageDrawsIt) {  // docs/rows.md
  const std::string drawn("Tc\0\0\0\0\0\0\0\x2a\x80\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x07", 26);
  EXPECT_EQ(timeline_key(stream_key(ContactId{42}), {Timestamp{5}, Offset{7}}), drawn);
}

TEST(KeyLayout, StatesSortByIdAndKind) {
  std::vector<std::string> keys;
  for (const std::uint64_t id : {1u, 2u, 255u, 256u, 65'536u}) keys.push_back(state_key(stream_key(ContactId{id})));
  keys.push_back(state_key(stream_key(ContactId{(std::uint64_t{1} << 53) - 1})));
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(contact_of_state_key(keys.back()), ContactId{(std::uint64_t{1} << 53) - 1});
  EXPECT_LT(keys.back(), state_key(stream_key(Subject{Identity{"a", "b"}})));
  EXPECT_LT(state_key(stream_key(Subject{Identity{"z", "z"}})), state_key(stream_key(Subject{CompanyId{0}})));
}

TEST(KeyLayout, NoStreamsKeyBeginsAnothers) {
  const std::string nul("\0", 1);
  const std::vector<Subject> subjects{
      ContactId{1},
      CompanyId{1},
      ControlSubject{},
      Identity{"web", "a"},
      Identity{"web", "ab"},
      Identity{"web", "a" + nul},
      Identity{"web", "a" + nul + nul + "b"},
      Identity{"web" + nul, "a"},
      Identity{"we", "ba"},
      Identity{"web", ""},
  };
  for (const Subject& a : subjects) {
    for (const Subject& b : subjects) {
      if (a == b) continue;
      EXPECT_FALSE(stream_key(a).starts_with(stream_key(b))) << to_string(a) << " " << to_string(b);
    }
  }
}

TEST(KeyLayout, SeenKeysTellEventsApart) {
  const std::string stream = stream_key(ContactId{1});
  const std::vector<std::string> keys{
      seen_key(stream, named("a")),
      seen_key(stream, named("b")),
      seen_key(stream, named("a", Timestamp{0})),
      seen_key(stream, named("a", Timestamp{1})),
      seen_key(stream, event_name("cr", "ma", std::nullopt)),
      seen_key(stream_key(ContactId{2}), named("a")),
  };
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(keys[i], keys[j]);
    EXPECT_EQ(keys[i].starts_with(seen_prefix(stream)), i + 1 < keys.size());
  }
}

TEST(KeyLayout, VisitsOfOneContactAreNotAnothers) {
  const std::string mine = visit_key(ContactId{1}, "");
  EXPECT_TRUE(visit_key(ContactId{1}, "v").starts_with(mine));
  EXPECT_FALSE(visit_key(ContactId{2}, "v").starts_with(mine));
  EXPECT_FALSE(case_key(ContactId{1}, "v").starts_with(mine));
}

TEST(KeyLayout, ReadsBackWhatAKeyNames) {
  EXPECT_EQ(partition_of_checkpoint_key(checkpoint_key(kControlPartition)), kControlPartition);
  EXPECT_EQ(partition_of_checkpoint_key(checkpoint_key(Partition{70'000})), Partition{70'000});
  EXPECT_EQ(bucket_of_key(bucket_key(kControlPartition, 255)), (std::pair{kControlPartition, 255u}));
  EXPECT_EQ(bucket_of_key(bucket_key(Partition{3}, 0)), (std::pair{Partition{3}, 0u}));
  const LogPosition position{Partition{2}, Offset{std::int64_t{1} << 40}};
  EXPECT_EQ(position_of_parked_key(parked_key(position)), position);
  EXPECT_TRUE(checkpoint_key(Partition{0}).starts_with(checkpoint_prefix()));
  EXPECT_TRUE(bucket_key(Partition{0}, 1).starts_with(bucket_prefix()));
  EXPECT_LT(control_key(Offset{255}), control_key(Offset{256}));
}

TEST(KeyLayout, NamesEveryRowForAPerson) {
  const std::string nul("\0", 1);
  struct Row {
    std::string key;
    RowName name;
  };
  const std::string contact = stream_key(ContactId{42});
  const Subject odd = Identity{"web", "a" + nul + "b"};
  const std::vector<Row> rows{
      {state_key(contact), {"contact/42", "state"}},
      {timeline_key(contact, {Timestamp{1}, Offset{2}}), {"contact/42", "timeline"}},
      {seen_key(contact, named("a")), {"contact/42", "repeats"}},
      {visit_key(ContactId{42}, "v"), {"contact/42", "visits"}},
      {case_key(ContactId{42}, "c"), {"contact/42", "cases"}},
      {state_key(stream_key(Subject{CompanyId{7}})), {"company/7", "state"}},
      {state_key(stream_key(odd)), {to_string(odd), "state"}},
      {timeline_prefix(stream_key(Subject{ControlSubject{}})), {"control", "timeline"}},
      {control_key(Offset{1}), {"control", "control"}},
      {parked_key({Partition{1}, Offset{2}}), {"control", "parked"}},
      {checkpoint_key(Partition{0}), {"generation", "checkpoint"}},
      {bucket_key(Partition{0}, 3), {"generation", "digest"}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(row_name(row.key).subject, row.name.subject);
    EXPECT_EQ(row_name(row.key).part, row.name.part) << row.name.subject;
  }
}

TEST(KeyLayout, ADamagedKeyHasANameToo) {
  for (const std::string key : {"", "S", "Sc", "Sc\x01", "Siweb", "Sq", "T", "V", "?", "M", "P"}) {
    EXPECT_FALSE(row_name(key).subject.empty()) << key;
  }
}

}  // namespace
}  // namespace rapport

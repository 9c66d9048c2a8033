#include "engine/group/member_reverts.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(MemberReverts, AStepReadsBackAsItWasAsked) {
  RevertStep step{.id = "revert-1", .request = {}, .named = {}, .partition = Partition{3}, .from = ContactId{42}};
  step.request = {.selection = {.source_prefix = "import/\"b", .since = Timestamp{-5}},
                  .created = CreatedContacts::remove,
                  .dry_run = true,
                  .actor = "k1"};
  const auto read = decode_step(encode_step(step));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->id, step.id);
  EXPECT_EQ(read->partition, step.partition);
  EXPECT_EQ(read->from, step.from);
  EXPECT_EQ(read->request.selection.source, std::nullopt);
  EXPECT_EQ(read->request.selection.source_prefix, step.request.selection.source_prefix);
  EXPECT_EQ(read->request.selection.since, step.request.selection.since);
  EXPECT_EQ(read->request.created, step.request.created);
  EXPECT_TRUE(read->request.dry_run);
  EXPECT_EQ(read->request.actor, "k1");
  step.request.selection = {};
  EXPECT_FALSE(decode_step(encode_step(step))) << "it would be of everything";
  step.named = {{ContactId{7}, {Offset{1}, Offset{9}}}};
  const auto named = decode_step(encode_step(step));
  ASSERT_TRUE(named) << to_string(named.error());
  EXPECT_EQ(named->named, step.named);
}

TEST(MemberReverts, APieceReadsBackAsItWasToldAndOfItsPartitionOnly) {
  RevertPiece piece;
  piece.counts = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  piece.next = ContactId{8};
  piece.told.push_back(
      {.contact = ContactId{7},
       .created = true,
       .refused = Error{Errc::wrong_expected_version, "moved on", "f"},
       .changes = {{"fields.city", JsonText{R"("Rome")"}, JsonText{"null"}}},
       .conflicts = {{"tags.vip", JsonText{"true"}, WriteStamp{Timestamp{5}, Offset{6}}, "console", "e1"}}});
  const auto read = decode_piece(encode_piece(Partition{3}, piece), Partition{3});
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->counts, piece.counts);
  EXPECT_EQ(read->next, piece.next);
  ASSERT_EQ(read->told.size(), 1u);
  const RevertedContact& told = read->told.front();
  EXPECT_EQ(told.contact, ContactId{7});
  EXPECT_TRUE(told.created && !told.removed && !told.gone);
  EXPECT_EQ(told.refused->code, Errc::wrong_expected_version);
  EXPECT_EQ(told.refused->detail, "moved on");
  EXPECT_EQ(told.changes.front().now.text, R"("Rome")");
  EXPECT_EQ(told.changes.front().then.text, "null");
  EXPECT_EQ(told.conflicts.front().stamp, piece.told.front().conflicts.front().stamp);
  EXPECT_EQ(told.conflicts.front().event_id, "e1");
  EXPECT_FALSE(decode_piece(encode_piece(Partition{3}, piece), Partition{2})) << "of another partition";
  EXPECT_FALSE(decode_piece("{}", Partition{3}));
}

}  // namespace
}  // namespace rapport

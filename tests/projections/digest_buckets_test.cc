#include "projections/digest_buckets.h"

#include <gtest/gtest.h>

#include "projections/generation_compare.h"
#include "projections/key_layout.h"
#include "tests/projections/history_fold.h"
#include "tests/projections/told.h"

namespace rapport {
namespace {

constexpr Timestamp kTime{1'767'225'600'000};

Digest digest(std::uint64_t value) { return Digest{value}; }

TEST(DigestBuckets, SumWhatTheirStreamsAre) {
  DigestBuckets buckets;
  buckets.change(Partition{1}, "a stream", {}, digest(5));
  buckets.change(Partition{1}, "a stream", digest(5), digest(9));
  buckets.change(Partition{1}, "another", {}, digest(1));
  Digest sum;
  for (const Digest bucket : buckets.all().at(Partition{1})) sum += bucket;
  EXPECT_EQ(sum, digest(10));
  EXPECT_EQ(buckets.all().size(), 1u);
}

TEST(DigestBuckets, AStreamsBucketDependsOnItsKeyAlone) {
  EXPECT_EQ(digest_bucket_of("a stream"), digest_bucket_of(std::string("a stream")));
  std::set<std::uint32_t> met;
  for (std::uint64_t id = 1; id <= 10'000; ++id) met.insert(digest_bucket_of(stream_key(ContactId{id})));
  EXPECT_EQ(met.size(), kDigestBucketCount);
  EXPECT_LT(*met.rbegin(), kDigestBucketCount);
}

TEST(DigestBuckets, AreThereAgainOnceTheGenerationIsOpened) {
  const Event note = make_event("n", "crm", EventType::note_added, ContactId{1}, kTime, NoteAdded{"hello", {}});
  HistoryFold folded({model::record_of_event(note, kTime, kPartitions)});
  const auto before = folded.buckets().all();
  EXPECT_EQ(before.size(), 1u);
  folded.reopen();
  EXPECT_EQ(folded.buckets().all(), before);
}

// Found by random histories: a claim and its release in one step left no bucket, in two steps one of zeros, and a
// rebuild would not have been swapped in for it.
TEST(DigestBuckets, HaveTheSameRowsHoweverTheStepsAreCut) {
  const Identity identity{"web", "x:1"};
  const auto record = [&](const char* id, EventType type, Payload payload) {
    return model::record_of_event(make_event(id, "crm", type, identity, kTime, std::move(payload)), kTime, kPartitions);
  };
  const model::History history{record("a", EventType::identity_claimed, IdentityClaimed{identity, ContactId{2}}),
                               record("b", EventType::identity_released, IdentityReleased{identity, ContactId{2}})};
  const HistoryFold at_once(history), in_two_steps(history, {.ends = {1}});
  EXPECT_TRUE(compare_generations(*at_once.view(), *in_two_steps.view())->none());
  EXPECT_EQ(at_once.buckets().all(), in_two_steps.buckets().all());
}

}  // namespace
}  // namespace rapport

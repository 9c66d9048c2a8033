#include "projections/timeline_activity.h"

#include <gmock/gmock.h>

#include "tests/projections/reader_story.h"

namespace rapport {
namespace {

using testing::ElementsAre;

TEST(TimelineActivity, CountsByKindAndBucket) {
  ReaderStory story;
  story.tell(1, model::created(), -1).tell(1, model::page(), 0).tell(1, model::page(), 9).tell(1, model::note(), 10);
  story.tell(1, model::message("c"), 35).tell(1, model::tagged("vip"), 36, 99).tell(2, model::page(), 5);
  const auto all = read_activity(story.view(), ContactId{1}, {.bucket_ms = 10'000}).value();
  EXPECT_THAT(all, ElementsAre(ActivityBucket{model::at(-10), {0, 0, 1, 0, 0, 0}},
                               ActivityBucket{model::at(0), {2, 0, 0, 0, 0, 0}},
                               ActivityBucket{model::at(10), {0, 0, 0, 1, 0, 0}},
                               ActivityBucket{model::at(30), {0, 1, 0, 0, 0, 1}}));
  const auto some =
      read_activity(story.view(), ContactId{1}, {.bucket_ms = 10'000, .from = model::at(9), .before = model::at(35)});
  EXPECT_THAT(*some, ElementsAre(ActivityBucket{model::at(0), {1, 0, 0, 0, 0, 0}},
                                 ActivityBucket{model::at(10), {0, 0, 0, 1, 0, 0}}));
}

TEST(TimelineActivity, RefusesMoreBucketsThanItsLimit) {
  ReaderStory story;
  for (std::size_t i = 0; i <= kActivityBucketsMax; ++i) story.tell(1, model::page(), static_cast<std::int64_t>(i));
  const auto too_many = read_activity(story.view(), ContactId{1}, {.bucket_ms = 1'000});
  EXPECT_EQ(too_many.error().code, Errc::too_large);
  EXPECT_EQ(read_activity(story.view(), ContactId{1}, {.bucket_ms = 2'000})->size(), kActivityBucketsMax / 2 + 1);
}

}  // namespace
}  // namespace rapport

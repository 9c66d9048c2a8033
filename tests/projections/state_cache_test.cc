#include "projections/state_cache.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

CachedContact contact(std::uint32_t visits) {
  CachedContact out;
  out.state.visits = visits;
  return out;
}

TEST(StateCache, GivesAContactOnce) {
  StateCache cache(10);
  EXPECT_FALSE(cache.take(ContactId{1}));
  cache.put(ContactId{1}, contact(3));
  EXPECT_EQ(cache.take(ContactId{1})->state.visits, 3u);
  EXPECT_FALSE(cache.take(ContactId{1}));
}

TEST(StateCache, ForgetsTheOldestStepsOnceTheirStatesAreTooLarge) {
  constexpr std::uint64_t kMax = 8;
  StateCache cache(kMax * contact(1).state.bytes());
  for (std::uint64_t id = 1; id <= kMax; ++id) {
    cache.put(ContactId{id}, contact(1));
    cache.end_step();
  }
  EXPECT_EQ(cache.size(), kMax);
  cache.put(ContactId{1}, *cache.take(ContactId{1}));
  cache.put(ContactId{kMax + 1}, contact(1));
  cache.end_step();
  EXPECT_EQ(cache.size(), kMax);
  EXPECT_FALSE(cache.take(ContactId{2}));
  EXPECT_TRUE(cache.take(ContactId{1}));
  EXPECT_TRUE(cache.take(ContactId{kMax + 1}));
}

TEST(StateCache, KnowsThatOneContactIsAsLargeAsManyOthers) {
  CachedContact large = contact(1);
  large.state.fields["note"].value = JsonText{std::string(100'000, 'n')};
  large.state.tags[std::string(1'000, 't')];
  StateCache cache(100'000);
  for (std::uint64_t id = 1; id <= 5; ++id) cache.put(ContactId{id}, contact(1));
  cache.end_step();
  EXPECT_EQ(cache.size(), 5u);
  cache.put(ContactId{6}, large);
  EXPECT_EQ(cache.size(), 6u);  // the step under way still needs them
  cache.end_step();
  EXPECT_EQ(cache.size(), 0u);
}

TEST(StateCache, KeepsNothingWhereItMayKeepNothing) {
  StateCache cache(0);
  cache.put(ContactId{1}, contact(1));
  cache.end_step();
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace rapport

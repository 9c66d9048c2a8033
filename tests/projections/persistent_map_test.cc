#include "projections/persistent_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/model/dice.h"
#include "tests/model/history.h"

namespace rapport {
namespace {

using Map = PersistentMap<std::uint64_t, std::string>;

std::map<std::uint64_t, std::string> told(const Map& map) { return {map.begin(), map.end()}; }

TEST(PersistentMap, FindsWhatWasPut) {
  PersistentMap<std::string, int> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.begin(), map.end());
  EXPECT_EQ(map.last_up_to("b"), nullptr);
  for (const char* key : {"d", "b", "f"}) map.put(key, key[0]);
  map.put("b", 1);
  EXPECT_EQ(map.size(), 3u);
  EXPECT_EQ(map.find(std::string_view("b"))->second, 1);
  EXPECT_EQ(map.find("c"), map.end());
  EXPECT_EQ(map.lower_bound("c")->first, "d");
  EXPECT_EQ(map.lower_bound("g"), map.end());
  EXPECT_EQ(map.last_up_to("e")->first, "d");
  EXPECT_EQ(map.last_up_to("a"), nullptr);
  map.erase("d");
  map.erase("x");
  EXPECT_EQ(map.size(), 2u);
  EXPECT_FALSE(map.contains("d"));
}

TEST(PersistentMap, IsAsASortedMapIsAndItsCopiesStay) {
  const std::uint64_t seed = model::seed_of_this_run();
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed));
  model::Dice dice(seed);
  Map map;
  std::map<std::uint64_t, std::string> model;
  std::vector<std::pair<Map, std::map<std::uint64_t, std::string>>> copies;
  for (int i = 0; i < 4'000; ++i) {
    const std::uint64_t key = dice.below(300);
    if (dice.one_in(3)) {
      map.erase(key);
      model.erase(key);
    } else {
      map.put(key, std::to_string(i));
      model[key] = std::to_string(i);
    }
    const std::uint64_t asked = dice.below(320);
    const auto at = model.lower_bound(asked);
    const auto found = map.lower_bound(asked);
    ASSERT_EQ(found == map.end(), at == model.end());
    if (at != model.end()) {
      ASSERT_EQ(*found, *at);
    }
    const auto behind = model.upper_bound(asked);
    const auto* last = map.last_up_to(asked);
    ASSERT_EQ(last == nullptr, behind == model.begin());
    if (last != nullptr) {
      ASSERT_EQ(*last, *std::prev(behind));
    }
    ASSERT_EQ(map.size(), model.size());
    if (i % 100 == 0) copies.emplace_back(map, model);
  }
  for (const auto& [copy, then] : copies) EXPECT_EQ(told(copy), then);
  EXPECT_EQ(map, copies.emplace_back(map, model).first);
}

// Keys that come in their order are the worst of a tree that is not balanced.
TEST(PersistentMap, AChangeCopiesWhatIsOnTheWayToIt) {
  Map map;
  for (std::uint64_t key = 0; key < 5'000; ++key) map.put(key, "x");
  Map changed = map;
  changed.put(3'777, "y");
  changed.erase(std::uint64_t{13});
  std::size_t made_anew = 0;
  for (auto one = changed.begin(); one != changed.end(); ++one) made_anew += &*map.find(one->first) != &*one;
  EXPECT_LE(made_anew, 2u * 20u);
  EXPECT_GE(made_anew, 1u);
}

}  // namespace
}  // namespace rapport

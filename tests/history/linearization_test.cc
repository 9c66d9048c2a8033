// The checker, on histories of which it is known whether they could be, and against one that tries every order.
#include "tests/history/linearization.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <numeric>

#include "tests/model/dice.h"
#include "tests/model/history.h"

namespace rapport::history {
namespace {

struct When {
  Instant from, to;
};

Operation write(When when, std::uint64_t value, std::uint64_t version, Part part = Part::member) {
  return {.kind = OperationKind::write,
          .invoked = when.from,
          .answered = when.to,
          .part = part,
          .value = value,
          .accepted = true,
          .version = version};
}
Operation write_at(When when, std::uint64_t value, std::uint64_t expected, bool accepted) {
  return {.kind = OperationKind::write,
          .invoked = when.from,
          .answered = when.to,
          .value = value,
          .expected = expected,
          .accepted = accepted};
}
Operation durable(When when, std::uint64_t value) {
  return {.kind = OperationKind::write, .invoked = when.from, .value = value};
}
Operation read(When when, Own member) {
  return {.kind = OperationKind::read, .invoked = when.from, .answered = when.to, .shown = {member, std::nullopt}};
}
Operation read_root(When when, Own root) {
  return {.kind = OperationKind::read,
          .invoked = when.from,
          .answered = when.to,
          .part = Part::root,
          .shown = {std::nullopt, root}};
}
Operation read_whole(When when, Part part, Own member, Own root) {
  return {
      .kind = OperationKind::read, .invoked = when.from, .answered = when.to, .part = part, .shown = {member, root}};
}
Operation of_kind(OperationKind kind, When when) { return {.kind = kind, .invoked = when.from, .answered = when.to}; }

const Pair kThere{.own = {Own{1, 10}, Own{1, 20}}};  // both contacts, before the history

bool could_be(const History& history) { return !why_not_linearizable(history, kThere); }

TEST(Linearization, OneAfterTheOtherCouldBe) {
  EXPECT_TRUE(could_be({}));
  EXPECT_TRUE(could_be({write({0, 1}, 11, 2), read({2, 3}, {2, 11}), write_at({4, 5}, 12, 2, true),
                        write_at({6, 7}, 13, 2, false), read({8, 9}, {3, 12})}));
}

TEST(Linearization, ALostUpdateIsFound) {
  // Both were told that theirs was the change of version 1.
  EXPECT_FALSE(could_be({write_at({0, 5}, 11, 1, true), write_at({1, 6}, 12, 1, true)}));
  EXPECT_TRUE(could_be({write_at({0, 5}, 11, 1, true), write_at({1, 6}, 12, 1, false)}));
  // Both were accepted, and one of them is not there.
  EXPECT_FALSE(could_be({write({0, 5}, 11, 2), write({1, 6}, 12, 2), read({7, 8}, {2, 12})}));
  EXPECT_FALSE(could_be({write({0, 5}, 11, 2), write({1, 6}, 12, 3), read({7, 8}, {3, 11})}));
  EXPECT_TRUE(could_be({write({0, 5}, 11, 3), write({1, 6}, 12, 2), read({7, 8}, {3, 11})}));
}

TEST(Linearization, ARefusalWithoutAReasonIsFound) {
  EXPECT_FALSE(could_be({write_at({0, 5}, 11, 1, false), write({6, 7}, 12, 2)}));
}

TEST(Linearization, AStaleReadIsFound) {
  EXPECT_FALSE(could_be({write({0, 5}, 11, 2), read({6, 7}, {1, 10})}));
  EXPECT_TRUE(could_be({write({0, 6}, 11, 2), read({5, 7}, {1, 10})}));
}

TEST(Linearization, AVersionThatGoesBackIsFound) {
  EXPECT_FALSE(could_be({write({0, 9}, 11, 2), read({1, 2}, {2, 11}), read({3, 4}, {1, 10})}));
  EXPECT_TRUE(could_be({write({0, 9}, 11, 2), read({1, 2}, {1, 10}), read({3, 4}, {2, 11})}));
}

TEST(Linearization, AValueThatNobodyWroteIsFound) { EXPECT_FALSE(could_be({read({0, 1}, {1, 99})})); }

TEST(Linearization, WhatWasNotAnsweredMayHaveBeenDoneOrNot) {
  EXPECT_TRUE(could_be({durable({0, 1}, 11), read({2, 3}, {1, 10})}));
  EXPECT_TRUE(could_be({durable({0, 1}, 11), read({2, 3}, {2, 11})}));
  EXPECT_TRUE(could_be({durable({0, 1}, 11), read({2, 3}, {1, 10}), read({4, 5}, {2, 11})}));
  EXPECT_FALSE(could_be({durable({0, 1}, 11), read({2, 3}, {2, 11}), read({4, 5}, {1, 10})}));
  EXPECT_FALSE(could_be({read({2, 3}, {2, 11}), durable({4, 5}, 11)}));
}

TEST(Linearization, AReadWithAWritesTokenThatIsOlderIsFound) {
  History stale{durable({0, 1}, 11), read({2, 3}, {1, 10})};
  ASSERT_TRUE(could_be(stale));
  read_behind_write(stale, 1, 0);
  EXPECT_FALSE(could_be(stale));
  History fresh{durable({0, 1}, 11), read({2, 3}, {2, 11}), read({4, 5}, {1, 10})};
  EXPECT_FALSE(could_be(fresh));
  // Whoever reads later without a token sees what was read with it.
  History later{durable({0, 1}, 11), read({2, 3}, {2, 11}), read({4, 5}, {2, 11})};
  read_behind_write(later, 1, 0);
  EXPECT_TRUE(could_be(later));
}

TEST(Linearization, AMergeIsSeenWholeOnceItIsAnswered) {
  Operation tell = of_kind(OperationKind::tell, {0, 5});
  tell.behind = {0};
  const History merged{of_kind(OperationKind::link, {0, 5}), tell};
  const auto then = [&](const Operation& operation) {
    History history = merged;
    history.push_back(operation);
    return could_be(history);
  };
  EXPECT_TRUE(then(read_whole({6, 7}, Part::root, {2, 10}, {1, 20})));
  EXPECT_TRUE(then(read_whole({6, 7}, Part::member, {2, 10}, {1, 20})));
  EXPECT_FALSE(then(read_root({6, 7}, {1, 20}))) << "the root is told of it by then";
  EXPECT_TRUE(then(read_root({1, 7}, {1, 20})));
  EXPECT_FALSE(then(read({6, 7}, {1, 10})));
  EXPECT_FALSE(then(read_whole({6, 7}, Part::root, {1, 10}, {1, 20}))) << "a merge moves the member's version";
  EXPECT_FALSE(then(of_kind(OperationKind::not_cut, {6, 7})));
}

TEST(Linearization, AnUnmergeGivesBackEachItsOwn) {
  Operation tell = of_kind(OperationKind::tell, {0, 5});
  tell.behind = {0};
  const History parted{of_kind(OperationKind::link, {0, 5}), tell, of_kind(OperationKind::cut, {6, 7})};
  History good = parted, bad = parted;
  good.push_back(read_root({8, 9}, {1, 20}));
  good.push_back(read({8, 9}, {3, 10}));
  bad.push_back(read_whole({8, 9}, Part::root, {3, 10}, {1, 20}));
  EXPECT_TRUE(could_be(good));
  EXPECT_FALSE(could_be(bad));
}

// Tries every order of every choice of those that were not answered.
bool could_be_by_trying(const History& history) {
  std::vector<std::size_t> order(history.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto fits = [&](std::uint32_t left_out) {
    std::vector<Pair> states{kThere};
    std::vector<std::size_t> done;
    for (const std::size_t index : order) {
      const Operation& operation = history[index];
      if ((left_out >> index & 1) != 0) continue;
      for (const std::size_t other : order) {
        const bool is_left_out = (left_out >> other & 1) != 0;
        const bool is_done = std::find(done.begin(), done.end(), other) != done.end();
        if (is_done || other == index || is_left_out) continue;
        if (history[other].answered < operation.invoked) return false;
      }
      std::vector<Pair> next;
      for (const Pair& state : states) {
        for (const Pair& pair : behind(state, operation, index)) next.push_back(pair);
      }
      states = std::move(next);
      done.push_back(index);
    }
    return !states.empty();
  };
  std::uint32_t unanswered = 0;
  for (std::size_t i = 0; i < history.size(); ++i) unanswered |= history[i].answered == kNever ? 1u << i : 0;
  do {
    for (std::uint32_t left_out = unanswered;; left_out = (left_out - 1) & unanswered) {
      if (fits(left_out)) return true;
      if (left_out == 0) break;
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

Operation random_operation(model::Dice& dice, std::uint64_t value) {
  const auto from = static_cast<Instant>(dice.below(8));
  const When when{from, from + static_cast<Instant>(dice.below(5))};
  const Own member{1 + dice.below(3), 10 + dice.below(3)}, root{1 + dice.below(2), 20};
  switch (dice.below(9)) {
    case 0: return write(when, value, 2 + dice.below(2));
    case 1: return write_at(when, value, 1 + dice.below(2), dice.one_in(2));
    case 2: return durable(when, value);
    case 3: return of_kind(OperationKind::link, when);
    case 4: return of_kind(OperationKind::cut, when);
    case 5: return read_whole(when, dice.one_in(2) ? Part::member : Part::root, member, root);
    case 6: return read_root(when, root);
    default: return read(when, member);
  }
}

TEST(Linearization, SaysWhatTryingEveryOrderSays) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  model::Dice dice(seed);
  std::uint64_t could = 0, could_not = 0;
  for (int i = 0; i < 5'000; ++i) {
    History history;
    for (std::uint64_t count = 1 + dice.below(5), value = 11; history.size() < count; ++value) {
      history.push_back(random_operation(dice, value));
    }
    const bool expected = could_be_by_trying(history);
    (expected ? could : could_not) += 1;
    std::string all;
    for (const Operation& operation : history) all += to_string(operation) + "\n";
    ASSERT_EQ(could_be(history), expected) << all;
  }
  std::cout << could << " could be, " << could_not << " could not\n";
  EXPECT_GT(could, 200u);
  EXPECT_GT(could_not, 200u);
}

}  // namespace
}  // namespace rapport::history

// What random histories hold, and what the rules promise of every history: asked of the oracle itself.
#include "tests/model/random_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "tests/model/model_fold.h"

namespace rapport::model {
namespace {

constexpr std::uint64_t kSeeds = 20;

HistoryOptions options_of(std::uint64_t seed) {
  HistoryOptions options;
  options.seed = seed;
  return options;
}

std::string printed(const HistoryOptions& options, const History& history) {
  return "RAPPORT_SEED=" + std::to_string(options.seed) + "\n" + to_ndjson(history);
}

// Runs `property` on random histories and, where one breaks it, prints the seed and the least of its records that do.
void expect_of_all(HistoryOptions options, const std::function<bool(const History&)>& holds) {
  const std::uint64_t first = seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + kSeeds; ++seed) {
    options.seed = seed;
    const History history = random_history(options);
    if (holds(history)) continue;
    const History least = minimise(history, [&](const History& some) { return !holds(some); });
    FAIL() << printed(options, least);
  }
}

TEST(RandomHistory, IsTheSameForTheSameSeed) {
  const auto one = random_history(options_of(7)), again = random_history(options_of(7)),
             other = random_history(options_of(8));
  EXPECT_EQ(to_ndjson(one), to_ndjson(again));
  EXPECT_NE(to_ndjson(one), to_ndjson(other));
}

TEST(RandomHistory, MeetsEveryTypeAndEveryOutcome) {
  std::set<EventType> types;
  std::map<Outcome, int> outcomes;
  std::set<Errc> reasons;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const std::vector<Record> records = records_of(random_history(options_of(seed)));
    const Model model = fold(records);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i].event) types.insert(records[i].event->type);
      ++outcomes[model.decisions[i].outcome];
      if (const auto reason = model.decisions[i].reason) reasons.insert(*reason);
    }
  }
  EXPECT_EQ(types.size(), event_types().size());
  EXPECT_EQ(reasons, (std::set<Errc>{Errc::wrong_expected_version, Errc::contact_deleted, Errc::contact_erased,
                                     Errc::company_deleted, Errc::identity_taken, Errc::identity_not_held,
                                     Errc::ids_overlap, Errc::duplicate_record}));
  for (const Outcome outcome : {Outcome::accepted, Outcome::repeated, Outcome::refused, Outcome::parked}) {
    EXPECT_GT(outcomes[outcome], 100) << static_cast<int>(outcome);
  }
}

TEST(RandomHistory, LeavesOutWhatItIsToldTo) {
  HistoryOptions options = options_of(1);
  options.records = 1'000;
  options.cast.deletions = options.events_without_time = options.expected_versions = options.control =
      options.unfoldable = false;
  for (const Record& record : records_of(random_history(options))) {
    ASSERT_TRUE(record.event);
    EXPECT_TRUE(record.event->time);
    EXPECT_FALSE(record.event->expected_version);
    EXPECT_FALSE(std::holds_alternative<ControlSubject>(record.event->subject));
    EXPECT_NE(record.event->type, EventType::contact_deleted);
    EXPECT_NE(record.event->type, EventType::contact_erased);
    EXPECT_NE(record.event->type, EventType::company_deleted);
  }
}

TEST(ModelFold, AccountsForEveryRecord) {
  expect_of_all({}, [](const History& history) {
    std::uint64_t counted = 0;
    for (const auto& [partition, counts] : fold(records_of(history)).counts) {
      counted += counts.accepted + counts.repeated + counts.refused + counts.parked;
    }
    return counted == history.size();
  });
}

TEST(ModelFold, DecidesFromTheRecordsBeforeAlone) {
  expect_of_all({.records = 60}, [](const History& history) {
    const std::vector<Record> records = records_of(history);
    const std::vector<Decision> all = fold(records).decisions;
    for (std::size_t count = 0; count <= records.size(); ++count) {
      const std::vector<Decision> some = fold(std::span(records).first(count)).decisions;
      if (!std::equal(some.begin(), some.end(), all.begin())) return false;
    }
    return true;
  });
}

TEST(ModelFold, HowPartitionsAlternateMakesNoDifference) {
  expect_of_all({}, [](const History& history) {
    std::vector<Record> records = records_of(history);
    const Model before = fold(records);
    std::stable_sort(records.begin(), records.end(),
                     [](const Record& a, const Record& b) { return a.position < b.position; });
    const Model after = fold(records);
    return before.contacts == after.contacts && before.companies == after.companies &&
           before.holders == after.holders && before.control == after.control && before.counts == after.counts;
  });
}

TEST(ModelFold, AppendingEverythingAgainChangesNothing) {
  HistoryOptions options;
  options.cast.deletions = false;  // what an erased contact was told is refused when it is told again
  expect_of_all(options, [](const History& history) {
    History twice = history;
    twice.insert(twice.end(), history.begin(), history.end());
    const Model once = fold(records_of(history)), again = fold(records_of(twice));
    return once.contacts == again.contacts && once.companies == again.companies && once.holders == again.holders;
  });
}

// What a contact is, but for where in the log its events stand.
Contact without_positions(Contact contact) {
  const auto forget = [](auto& written) { written.position = {}; };
  const auto forget_all = [&](auto& writes) {
    for (auto& [key, written] : writes) forget(written);
  };
  const auto forget_some = [&](auto& written) {
    if (written) forget(*written);
  };
  forget_all(contact.fields);
  forget_all(contact.client);
  forget_all(contact.tags);
  forget_all(contact.absorbed);
  forget_some(contact.company);
  forget_some(contact.archived);
  forget_some(contact.blocked);
  forget_some(contact.merged_into);
  for (auto& [id, visit] : contact.visits) forget_some(visit.started);
  for (auto& [id, chat_case] : contact.cases) {
    forget_some(chat_case.started);
    forget_some(chat_case.status);
    forget_some(chat_case.agent);
  }
  for (Entry& entry : contact.timeline) {
    entry.record.position = {};
    entry.record.recorded_at = {};
    entry.late = false;
  }
  return contact;
}

// The history in another order of arrival, but that events of one time keep theirs.
History rearranged(History history, Dice& dice) {
  for (std::size_t i = history.size(); i > 1; --i) std::swap(history[i - 1], history[dice.below(i)]);
  return history;
}

TEST(ModelFold, ArrivalOrderMakesNoDifference) {
  HistoryOptions options;
  options.cast.deletions = options.events_without_time = options.expected_versions = options.unfoldable = false;
  expect_of_all(options, [](const History& history) {
    // Events of one time keep their order, which is where position decides: each is put back into the slots that its
    // time got.
    EventDecoder decoder;
    std::map<std::optional<Timestamp>, std::vector<NewRecord>> of_time;
    for (const NewRecord& record : history) of_time[decoder.decode(record.value)->time].push_back(record);
    Dice dice(history.size());
    History other = rearranged(history, dice);
    std::map<std::optional<Timestamp>, std::size_t> used;
    for (NewRecord& record : other) {
      const auto time = decoder.decode(record.value)->time;
      record = of_time[time][used[time]++];
    }
    const Model one = fold(records_of(history)), another = fold(records_of(other));
    for (const auto& [id, contact] : one.contacts) {
      if (without_positions(contact) != without_positions(another.contacts.at(id))) return false;
    }
    return true;
  });
}

}  // namespace
}  // namespace rapport::model

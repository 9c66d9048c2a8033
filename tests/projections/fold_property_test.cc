// Random histories through the real projections: what they become must be what the oracle says, however they are cut
// into steps; and the running digests must be those of the rows.
//
// RAPPORT_HISTORIES=20000 for a long run, RAPPORT_SEED=n to see a failure again.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>

#include "events/event_decoder.h"
#include "projections/contact_reader.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "tests/model/dice.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"
#include "tests/projections/told.h"

namespace rapport {
namespace {

constexpr std::uint64_t kHistories = 300;

// What is wrong with a history; empty where nothing is. Pure.
using Check = std::function<std::string(const model::History&, std::uint64_t seed)>;

// Of every `share`th history: those that need several folds are dearer.
void expect_of_all(model::HistoryOptions options, std::uint64_t share, const Check& check) {
  const std::uint64_t count = model::number_from_environment("RAPPORT_HISTORIES", kHistories) / share;
  const std::uint64_t first = model::seed_of_this_run();
  options.partitions = kPartitions;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    options.seed = seed;
    options.records = 20 + seed % 150;
    const model::History history = model::random_history(options);
    if (check(history, seed).empty()) continue;
    const model::History least =
        model::minimise(history, [&](const model::History& some) { return !check(some, seed).empty(); });
    FAIL() << "RAPPORT_SEED=" << seed << "\n" << model::to_ndjson(least) << check(least, seed);
  }
}

std::string disagreement(const model::History& history, const HistoryFold& folded) {
  const model::Model model = model::fold(model::records_of(history));
  return difference(told_by_model(history, model), told_by_rows(history, folded.outcomes(), *folded.view()));
}

TEST(FoldProperty, AgreesWithTheOracle) {
  expect_of_all({}, 1, [](const model::History& history, std::uint64_t seed) {
    return disagreement(history, HistoryFold(history, random_cuts(seed, history.size())));
  });
}

std::string difference_of(const HistoryFold& one, const HistoryFold& other) {
  std::string out = row_difference(*one.view(), *other.view());
  if (one.outcomes() != other.outcomes()) out += "the outcomes differ\n";
  if (one.buckets().all() != other.buckets().all()) out += "the buckets differ\n";
  return out;
}

TEST(FoldProperty, AnyCutGivesTheSameRows) {
  expect_of_all({}, 12, [](const model::History& history, std::uint64_t seed) {
    const HistoryFold whole(history);
    const std::string of_cuts = difference_of(whole, HistoryFold(history, random_cuts(seed, history.size())));
    if (!of_cuts.empty()) return of_cuts;
    return difference_of(whole, HistoryFold(history, single_records(history.size())));
  });
}

TEST(FoldProperty, OpeningAgainChangesNothing) {
  expect_of_all({}, 30, [](const model::History& history, std::uint64_t seed) {
    Cuts cuts = random_cuts(seed, history.size());
    cuts.reopen = true;
    HistoryFold folded(history, cuts);
    folded.reopen();  // so that the control state is the one read from rows
    const std::string wrong = disagreement(history, folded);
    return wrong.empty() ? difference_of(HistoryFold(history), folded) : wrong;
  });
}

TEST(FoldProperty, RunningDigestsAreThoseOfTheRows) {
  expect_of_all({}, 15, [](const model::History& history, std::uint64_t seed) -> std::string {
    const HistoryFold folded(history, random_cuts(seed, history.size()));
    RowDigests rows = digests_of_rows(*folded.view());
    for (const auto& [partition, checkpoint] : folded.view()->checkpoints()) {
      if (checkpoint.digest != rows.partitions[partition]) {
        return "partition " + std::to_string(partition.value) + ": the sum is " + to_string(checkpoint.digest) +
               ", its rows' " + to_string(rows.partitions[partition]);
      }
    }
    for (const auto& [partition, buckets] : folded.buckets().all()) {
      if (buckets != rows.buckets[partition]) return "a bucket of partition " + std::to_string(partition.value);
    }
    return {};
  });
}

TEST(FoldProperty, IndexRowsAreThoseOfTheStates) {
  expect_of_all({}, 3, [](const model::History& history, std::uint64_t seed) {
    return index_fault(*HistoryFold(history, random_cuts(seed, history.size())).view());
  });
}

// The first contact of which readers are told something else than the view's own row says; empty where there is none.
std::string misread(const View& view, ContactId last) {
  std::vector<ContactId> ids;
  for (std::uint64_t id = 1; id <= last.value; ++id) ids.push_back(ContactId{id});
  const auto together = *read_contacts(view, ids);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto row = *view.store().get(state_key(stream_key(ids[i])), view.at());
    for (const auto& state : {*read_contact(view, ids[i]), together[i]}) {
      if ((state ? std::optional(encode_contact(*state)) : std::nullopt) != row) {
        return "contact " + std::to_string(ids[i].value) + " is not read as it stands";
      }
    }
  }
  return {};
}

TEST(FoldProperty, ReadersAreToldWhatTheirViewsRowsSay) {
  constexpr std::size_t kViewsKept = 4;
  expect_of_all({}, 6, [](const model::History& history, std::uint64_t seed) {
    std::deque<std::shared_ptr<const View>> views;
    std::string wrong;
    Cuts cuts = random_cuts(seed, history.size());
    cuts.reopen = false;
    cuts.behind_each = [&](const std::shared_ptr<const View>& newest) {
      // An older one first: what it reads must not be kept for the newest.
      for (const auto& view : views) wrong += misread(*view, ContactId{12});
      wrong += misread(*newest, ContactId{12});
      views.push_back(newest);
      if (views.size() > kViewsKept) views.pop_front();
    };
    HistoryFold folded(history, cuts);
    views.clear();
    return wrong;
  });
}

TEST(FoldProperty, TellingEverythingAgainChangesNoDigest) {
  model::HistoryOptions options;
  options.cast.deletions = false;  // what an erased contact was told is refused when it is told again
  expect_of_all(options, 30, [](const model::History& history, std::uint64_t seed) -> std::string {
    model::History twice = history;
    twice.insert(twice.end(), history.begin(), history.end());
    const HistoryFold once(history), again(twice, random_cuts(seed, twice.size()));
    if (total_digest(once.view()->checkpoints()) == total_digest(again.view()->checkpoints())) return {};
    return "the digest is another once everything was told again";
  });
}

// The records in another order of arrival, but that those of one time and those of one identity keep theirs.
model::History rearranged(const model::History& history, std::uint64_t seed) {
  EventDecoder decoder;
  const auto group_of = [&](const NewRecord& record) -> std::string {
    const Event event = *decoder.decode(record.value);
    return std::holds_alternative<Identity>(event.subject) ? record.key : std::to_string(event.time->ms);
  };
  std::map<std::string, std::vector<NewRecord>> groups;
  for (const NewRecord& record : history) groups[group_of(record)].push_back(record);
  model::History other = history;
  model::Dice dice(seed);
  for (std::size_t i = other.size(); i > 1; --i) std::swap(other[i - 1], other[dice.below(i)]);
  std::map<std::string, std::size_t> used;
  for (NewRecord& record : other) {
    const std::string group = group_of(record);
    record = groups[group][used[group]++];
  }
  return other;
}

TEST(FoldProperty, ArrivalOrderMakesNoDifference) {
  model::HistoryOptions options;
  options.cast.deletions = options.events_without_time = options.expected_versions = options.unfoldable =
      options.control = false;
  expect_of_all(options, 12, [](const model::History& history, std::uint64_t seed) -> std::string {
    const HistoryFold one(history), other(rearranged(history, seed), random_cuts(seed, history.size()));
    if (total_digest(one.view()->checkpoints()) == total_digest(other.view()->checkpoints())) return {};
    return "another order of arrival has another digest";
  });
}

}  // namespace
}  // namespace rapport

// Histories of thousands of events: what is kept of the past, and states read with its help.
#include "projections/contact_past.h"

#include <gmock/gmock.h>

#include "projections/contact_history.h"
#include "projections/contact_reader.h"
#include "projections/contact_refold.h"
#include "projections/generation_compare.h"
#include "projections/key_layout.h"
#include "projections/timeline_reader.h"
#include "projections/timeline_writes.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"

namespace rapport {
namespace {

constexpr std::uint64_t kHistories = 3;
constexpr std::size_t kRecords = 6'000;
constexpr std::size_t kMoments = 25;

// With refused events here and there: an expected version that no contact comes to.
model::History long_history(std::uint64_t seed, std::uint64_t contacts = 2) {
  model::HistoryOptions options{.seed = seed, .records = kRecords, .partitions = 2};
  options.cast.contacts = contacts;
  options.cast.deletions = options.expected_versions = false;
  model::History history = model::random_history(options);
  EventDecoder decoder;
  for (std::size_t i = 0; i < history.size(); i += 11) {
    auto event = decoder.decode(history[i].value);
    if (!event || !std::holds_alternative<ContactId>(event->subject)) continue;
    event->expected_version = 1'000'000;
    history[i] = model::record_of_event(*event, *history[i].recorded_at, 2);
  }
  return history;
}

// Every row of the contact's timeline that the moment covers, from the first: what reading without help gives.
std::optional<ContactState> refolded(const View& view, ContactId id, Moment moment) {
  ContactRefold refold(id);
  EventDecoder decoder;
  bool any = false;
  const auto walked = walk_past(view, id, {}, moment, moment, [&](WriteStamp at, std::string_view row) {
    any = true;
    return refold.add(decoder, *decode_timeline_row(at, row));
  });
  EXPECT_TRUE(walked);
  return any ? std::optional(refold.take()) : std::nullopt;
}

std::size_t snapshots_of(const View& view, ContactId id) {
  std::size_t count = 0;
  Cursor cursor = view.store().cursor(snapshot_prefix(id), prefix_end(snapshot_prefix(id)), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) ++count;
  return count;
}

TEST(ContactPast, AStateReadWithItsHelpIsTheStateRefoldedFromTheFirstEvent) {
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + kHistories; ++seed) {
    const model::History history = long_history(seed);
    const HistoryFold fold(history, random_cuts(seed, history.size()));
    const View& view = *fold.view();
    std::size_t snapshots = 0;
    for (std::uint64_t n = 1; n <= 2; ++n) {
      const ContactId id{n};
      snapshots += snapshots_of(view, id);
      std::vector<WriteStamp> stamps;
      ASSERT_TRUE(walk_past(view, id, {}, Moment::now(), Moment::now(), [&](WriteStamp at, std::string_view) {
        stamps.push_back(at);
        return Result<void>();
      }));
      for (std::size_t i = 0; i < kMoments && !stamps.empty(); ++i) {
        const WriteStamp at = stamps[(seed + i * 7'919) % stamps.size()];
        for (const Moment moment : {Moment::at_time(at.time), Moment::after_record(at.offset)}) {
          EXPECT_EQ(read_contact_at(view, id, moment).value(), refolded(view, id, moment))
              << "RAPPORT_SEED=" << seed << " contact " << n << " time " << at.time.ms << " offset " << at.offset.value;
          if (HasFailure()) return;
        }
      }
    }
    EXPECT_GE(snapshots, 4u) << "the history is too short to test anything";
  }
}

TEST(ContactPast, AVersionIsFoundBetweenItsSnapshots) {
  const std::uint64_t seed = model::seed_of_this_run();
  const model::History history = long_history(seed);
  const HistoryFold fold(history);
  const View& view = *fold.view();
  for (std::uint64_t n = 1; n <= 2; ++n) {
    const ContactId id{n};
    const auto now = read_contact(view, id).value();
    if (!now) continue;
    for (std::uint64_t version = 1; version <= now->version(); version += 1 + version / 20) {
      const auto moment = moment_of_version(view, id, version).value();
      ASSERT_TRUE(moment);
      EXPECT_EQ(read_contact_at(view, id, *moment).value()->version(), version) << "RAPPORT_SEED=" << seed;
      const Moment before = Moment::after_record(Offset{moment->offset_max.value - 1});
      const auto state_before = read_contact_at(view, id, before).value();
      EXPECT_EQ(state_before ? state_before->version() : 0, version - 1);
    }
    EXPECT_EQ(moment_of_version(view, id, now->version() + 1).value(), std::nullopt);
  }
}

TEST(ContactPast, IsTheSameHoweverTheStepsAreCut) {
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + kHistories; ++seed) {
    const model::History history = long_history(seed);
    const HistoryFold whole(history), cut(history, random_cuts(seed, history.size()));
    const auto difference = compare_generations(*whole.view(), *cut.view());
    ASSERT_TRUE(difference);
    EXPECT_TRUE(difference->none()) << "RAPPORT_SEED=" << seed << " " << difference->first.front().subject << " "
                                    << difference->first.front().part;
  }
}

TEST(ContactPast, GoesWithAnErasure) {
  model::History history = long_history(model::seed_of_this_run());
  history.push_back(model::record_of_event(
      make_event("erased", "test", EventType::contact_erased, ContactId{1}, std::nullopt, ContactErased{}),
      Timestamp{4'000'000'000'000}, 2));
  const HistoryFold fold(history, {.ends = {history.size() - 1}});
  Cursor cursor =
      fold.view()->store().cursor(past_prefix(ContactId{1}), prefix_end(past_prefix(ContactId{1})), fold.view()->at());
  cursor.seek_first();
  EXPECT_FALSE(cursor.valid());
}

using Changes = std::map<WriteStamp, std::vector<std::string>>;

std::string told(const TimelineChange& change) {
  return change.path + ": " + change.old_value.text + " -> " + change.new_value.text + (change.won ? "" : " lost");
}

// What each event changed, by looking at every row.
Changes changes_by_all_rows(const View& view, ContactId id) {
  std::map<std::string, std::map<WriteStamp, JsonText>> writes;
  std::map<WriteStamp, TimelineRow> rows;
  EventDecoder decoder;
  const auto walked =
      walk_past(view, id, {}, Moment::now(), Moment::now(), [&](WriteStamp at, std::string_view bytes) -> Result<void> {
        TimelineRow row = *decode_timeline_row(at, bytes);
        const auto written = *writes_of(decoder, row);
        for (const RegisterWrite& write : written) writes[write.path][at] = write.value;
        rows.emplace(at, std::move(row));
        return {};
      });
  EXPECT_TRUE(walked);
  Changes out;
  for (const auto& [at, row] : rows) {
    const auto written = *writes_of(decoder, row);
    for (const RegisterWrite& write : written) {
      const auto& of_path = writes[write.path];
      const auto here = of_path.find(at);
      const bool lost = std::any_of(std::next(here), of_path.end(),
                                    [&](const auto& later) { return later.first.offset < at.offset; });
      out[at].push_back(told({.path = write.path,
                              .old_value = here == of_path.begin() ? JsonText{"null"} : std::prev(here)->second,
                              .new_value = write.value,
                              .won = !lost}));
    }
  }
  return out;
}

Changes changes_by_pages(const View& view, ContactId id, TimelineQuery query) {
  Changes out;
  for (bool more = true; more;) {
    const TimelinePage page = *read_timeline(view, id, query);
    for (const TimelineEntry& entry : page.entries) {
      for (const TimelineChange& change : entry.changes) out[entry.row.stamp].push_back(told(change));
    }
    more = page.more;
    if (more) query.after = page.entries.back().row.stamp;
  }
  return out;
}

TEST(ContactPast, WhatAnEventChangedIsWhatAWalkOverAllRowsFinds) {
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + kHistories; ++seed) {
    const model::History history = long_history(seed);
    const HistoryFold fold(history);
    const auto view = fold.view();
    std::size_t snapshots = 0;
    for (const std::uint64_t id : {1, 2}) {
      snapshots += snapshots_of(*view, ContactId{id});
      const Changes all = changes_by_all_rows(*view, ContactId{id});
      if (all.empty()) continue;
      const Timestamp middle = std::next(all.begin(), static_cast<std::ptrdiff_t>(all.size() / 2))->first.time;
      const Changes newer(all.lower_bound(WriteStamp{middle, Offset{0}}), all.end());
      for (const std::size_t limit : {std::size_t{3}, kTimelinePageMax}) {
        for (const bool newest_first : {true, false}) {
          const TimelineQuery query{.newest_first = newest_first, .limit = limit};
          ASSERT_EQ(changes_by_pages(*view, ContactId{id}, query), all) << "seed " << seed << ", pages of " << limit;
          TimelineQuery from_middle = query;
          from_middle.from = middle;
          ASSERT_EQ(changes_by_pages(*view, ContactId{id}, from_middle), newer) << "seed " << seed << ", of " << limit;
        }
        ASSERT_EQ(changes_by_pages(*view, ContactId{id}, {.limit = limit, .text = "{"}), all) << "seed " << seed;
      }
    }
    EXPECT_GE(snapshots, 4u) << "the history is too short to test anything";
  }
}

}  // namespace
}  // namespace rapport

// Random histories of which one source, an import among others, is taken back: what comes of it must be what a log
// without that import would give.
//
// RAPPORT_SEED=n to see a failure again.
#include <gtest/gtest.h>

#include "engine/revert/compensation.h"
#include "events/event_decoder.h"
#include "events/event_encoder.h"
#include "projections/contact_paths.h"
#include "projections/contact_reader.h"
#include "projections/contact_refold.h"
#include "projections/key_layout.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"
#include "tests/projections/told.h"

namespace rapport {
namespace {

constexpr std::uint64_t kHistories = 60;
constexpr Timestamp kLater{4'000'000'000'000};  // recorded behind all of a random history

using Values = std::map<std::uint64_t, std::map<std::string, JsonText>>;

// Who wrote an event, by its id: a repeat is by the same.
std::string source_of(const std::string& event_id) {
  const std::size_t hash = std::hash<std::string>()(event_id);
  return hash % 3 == 0 ? "import/a" : hash % 3 == 1 ? "import/b" : "console";
}

// The history, its events told by two imports and a person.
model::History with_imports(const model::History& history) {
  model::History out;
  EventDecoder decoder;
  for (NewRecord record : history) {
    if (auto event = decoder.decode(record.value)) {
      event->source = source_of(event->id);
      record.value = encode_event(*event);
    }
    out.push_back(std::move(record));
  }
  return out;
}

model::History without_source(const model::History& history, const std::string& source) {
  model::History out;
  EventDecoder decoder;
  for (const NewRecord& record : history) {
    if (decoder.decode(record.value)->source != source) out.push_back(record);
  }
  return out;
}

// What the registers of every contact hold. Identities are none: who wrote to a contact did so.
Values values_of(const View& view, std::uint64_t contacts) {
  Values out;
  for (std::uint64_t id = 1; id <= contacts; ++id) {
    out[id] = values_by_path(read_contact(view, ContactId{id})->value_or(ContactState{}));
    std::erase_if(out[id], [](const auto& value) { return value.first.starts_with("identities."); });
  }
  return out;
}

// Adds what takes the chosen events back; the number of events that took.
std::size_t revert(model::History& history, std::uint64_t contacts, const RevertChoice& chosen, const std::string& id) {
  const HistoryFold folded(history);
  const auto view = folded.view();
  std::size_t count = 0;
  for (std::uint64_t contact = 1; contact <= contacts; ++contact) {
    const auto revert = read_contact_revert(*view, ContactId{contact}, chosen).value();
    for (const Event& event : compensate(ContactId{contact}, revert, CreatedContacts::leave, id).events) {
      history.push_back(model::record_of_event(event, kLater, kPartitions));
      ++count;
    }
  }
  return count;
}

RevertChoice of_source(std::string source) {
  return [source](const TimelineRow& row) { return row.source == source; };
}
RevertChoice of_correlation(std::string id) {
  return [id](const TimelineRow& row) { return row.correlation_id == id; };
}

// A hint for reads excepted, where the other contact is gone.
void expect_all_accepted(const model::History& history, const HistoryFold& folded, std::size_t from) {
  EventDecoder decoder;
  for (std::size_t i = from; i < folded.outcomes().size(); ++i) {
    const auto event = decoder.decode(history[i].value);
    ASSERT_TRUE(event);
    const bool hint = event->type == EventType::contact_absorbed || event->type == EventType::contact_parted;
    const Outcome& outcome = folded.outcomes()[i];
    if (hint && (outcome.refusal == Refusal::contact_deleted || outcome.refusal == Refusal::contact_erased)) continue;
    EXPECT_EQ(outcome.status, OutcomeStatus::accepted) << "record " << i << " " << history[i].value;
  }
}

TEST(RevertProperty, IsAsIfTheImportHadNeverBeen) {
  const std::uint64_t first = model::seed_of_this_run();
  std::size_t written = 0;
  for (std::uint64_t seed = first; seed < first + kHistories && !testing::Test::HasFailure(); ++seed) {
    // Outcomes and times that hang on other events would be others had those not been.
    model::HistoryOptions options{.seed = seed, .records = 40 + seed % 120, .partitions = kPartitions};
    options.cast.deletions = options.events_without_time = options.expected_versions = options.unfoldable =
        options.control = false;
    const std::uint64_t contacts = options.cast.contacts;
    model::History history = with_imports(model::random_history(options));
    SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed) + "\n" + model::to_ndjson(history));
    const Values before = values_of(*HistoryFold(history).view(), contacts);
    const Values never = values_of(*HistoryFold(without_source(history, "import/a")).view(), contacts);
    const std::size_t size = history.size();

    written += revert(history, contacts, of_source("import/a"), "first");
    const HistoryFold reverted(history);
    expect_all_accepted(history, reverted, size);
    EXPECT_EQ(values_of(*reverted.view(), contacts), never);
    EXPECT_EQ(revert(history, contacts, of_source("import/a"), "again"), 0u) << "there is nothing left to take back";

    // The revert taken back, and done once more.
    revert(history, contacts, of_correlation("first"), "second");
    EXPECT_EQ(values_of(*HistoryFold(history).view(), contacts), before);
    revert(history, contacts, of_source("import/a"), "third");
    const HistoryFold once_more(history);
    expect_all_accepted(history, once_more, size);
    EXPECT_EQ(values_of(*once_more.view(), contacts), never);
  }
  EXPECT_GT(written, kHistories) << "the histories have something to take back";
}

// The rest of what may happen: deletions, refusals, events without a time. Each contact then is what its timeline gives
// without the import, every event with the outcome that it had.
TEST(RevertProperty, IsTheTimelineWithoutTheImport) {
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + kHistories && !testing::Test::HasFailure(); ++seed) {
    model::HistoryOptions options{.seed = seed, .records = 40 + seed % 120, .partitions = kPartitions};
    const std::uint64_t contacts = options.cast.contacts;
    model::History history = with_imports(model::random_history(options));
    SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed) + "\n" + model::to_ndjson(history));
    Values expected;
    {
      const HistoryFold folded(history);
      const auto view = folded.view();
      expected = values_of(*view, contacts);
      for (std::uint64_t id = 1; id <= contacts; ++id) {
        if (read_contact(*view, ContactId{id})->value_or(ContactState{}).gone != Gone::no) continue;
        ContactRefold without{ContactId{id}};
        EventDecoder decoder;
        const std::string prefix = timeline_prefix(stream_key(ContactId{id}));
        Cursor cursor = view->store().cursor(prefix, prefix_end(prefix), view->at());
        for (cursor.seek_first(); cursor.valid(); cursor.next()) {
          const auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
          if (row->source == "import/b") continue;
          ASSERT_TRUE(without.add(decoder, *row));
        }
        expected[id] = values_by_path(without.state());
        std::erase_if(expected[id], [](const auto& value) { return value.first.starts_with("identities."); });
      }
    }
    const std::size_t size = history.size();
    revert(history, contacts, of_source("import/b"), "first");
    const HistoryFold reverted(history);
    expect_all_accepted(history, reverted, size);
    EXPECT_EQ(values_of(*reverted.view(), contacts), expected);
    EXPECT_EQ(revert(history, contacts, of_source("import/b"), "again"), 0u);
  }
}

}  // namespace
}  // namespace rapport

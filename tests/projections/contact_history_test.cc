#include "projections/contact_history.h"

#include <gmock/gmock.h>

#include "projections/contact_fold.h"
#include "projections/contact_reader.h"
#include "tests/model/random_history.h"
#include "tests/projections/reader_story.h"

namespace rapport {
namespace {

using testing::ElementsAre;

// e0 created at 10, e1 Bergen at 30, e2 Late at 20 (arrives third), e3 refused, e4 vip at 50, e5 deleted at 60.
ReaderStory told_story() {
  ReaderStory story;
  story.tell(1, model::created({{"city", JsonText{R"("Oslo")"}}}), 10);
  story.tell(1, model::field("city", R"("Bergen")"), 30);
  story.tell(1, model::field("city", R"("Late")"), 20);
  story.tell(1, model::field("city", R"("Refused")"), 40, 99);
  story.tell(1, model::tagged("vip"), 50).tell(1, model::deleted(), 60);
  return story;
}

std::string city_at(const View& view, Moment moment) {
  const auto state = read_contact_at(view, ContactId{1}, moment).value();
  return state ? state->fields.at("city").value.text : "none";
}

TEST(ContactHistory, ByTimeALateEventIsInItsPlace) {
  ReaderStory story = told_story();
  const View& view = story.view();
  EXPECT_EQ(city_at(view, Moment::at_time(model::at(9))), "none");
  EXPECT_EQ(city_at(view, Moment::at_time(model::at(10))), R"("Oslo")");
  EXPECT_EQ(city_at(view, Moment::at_time(model::at(25))), R"("Late")");
  EXPECT_EQ(city_at(view, Moment::at_time(model::at(45))), R"("Bergen")");
  const auto live = read_contact_at(view, ContactId{1}, Moment::at_time(model::at(59))).value();
  EXPECT_TRUE(live->is_live());
  EXPECT_EQ(live->version(), 4u);
  EXPECT_EQ(live->ledger.refused, 1u);
  EXPECT_EQ(read_contact_at(view, ContactId{1}, Moment::at_time(model::at(60))).value()->gone, Gone::deleted);
}

TEST(ContactHistory, ByVersionALateEventIsWhereItArrived) {
  ReaderStory story = told_story();
  const View& view = story.view();
  const auto at_version = [&](std::uint64_t version) {
    return city_at(view, *moment_of_version(view, ContactId{1}, version).value());
  };
  EXPECT_EQ(at_version(0), "none");
  EXPECT_EQ(at_version(1), R"("Oslo")");
  EXPECT_EQ(at_version(2), R"("Bergen")");
  EXPECT_EQ(at_version(3), R"("Bergen")");  // Late lost when it came
  EXPECT_EQ(moment_of_version(view, ContactId{1}, 6).value(), std::nullopt);
}

TEST(ContactHistory, AnErasedContactHasNoPast) {
  ReaderStory story;
  story.tell(1, model::created({{"city", JsonText{R"("Oslo")"}}}), 10).tell(1, model::erased(), 20);
  for (const std::int64_t seconds : {5, 10, 30}) {
    const auto state = read_contact_at(story.view(), ContactId{1}, Moment::at_time(model::at(seconds))).value();
    EXPECT_EQ(state->gone, Gone::erased);
    EXPECT_TRUE(state->fields.empty());
  }
  EXPECT_TRUE(diff_contact(story.view(), ContactId{1}, Moment::at_time(model::at(5)), Moment::now())->changes.empty());
}

// "fields.city: "Oslo" -> "Bergen" by e1 e2"
std::vector<std::string> told(const ContactDiff& diff) {
  std::vector<std::string> out;
  for (const ContactChange& change : diff.changes) {
    std::string line = change.path + ": " + change.old_value.text + " -> " + change.new_value.text + " by";
    for (const TimelineRow& cause : change.causes) line += " " + cause.event_id;
    out.push_back(line);
  }
  return out;
}

TEST(ContactHistory, ADifferenceNamesTheEventsThatMadeIt) {
  ReaderStory story = told_story();
  const auto between = [&](std::int64_t from, std::int64_t to) {
    return diff_contact(story.view(), ContactId{1}, Moment::at_time(model::at(from)), Moment::at_time(model::at(to)))
        .value();
  };
  EXPECT_THAT(told(between(10, 55)),
              ElementsAre(R"(fields.city: "Oslo" -> "Bergen" by e1 e2)", "tags.vip: null -> true by e4"));
  EXPECT_THAT(told(between(55, 10)),
              ElementsAre(R"(fields.city: "Bergen" -> "Oslo" by e1 e2)", "tags.vip: true -> null by e4"));
  EXPECT_EQ(between(10, 55).event_count, 4u);
  EXPECT_THAT(told(between(30, 45)), ElementsAre());
  EXPECT_THAT(told(between(55, 60)), ElementsAre("deleted: null -> true by e5"));
}

TEST(ContactHistory, ADifferenceTellsNoMoreCausesThanItsLimitButCountsAll) {
  ReaderStory story;
  for (std::size_t i = 0; i <= kDiffCausesMax; ++i) {
    story.tell(1, model::field("n", std::to_string(i)), static_cast<std::int64_t>(i) + 1);
  }
  const auto diff = diff_contact(story.view(), ContactId{1}, Moment::at_time(model::at(0)), Moment::now()).value();
  ASSERT_EQ(diff.changes.size(), 1u);
  EXPECT_EQ(diff.changes[0].causes.size(), kDiffCausesMax);
  EXPECT_EQ(diff.changes[0].cause_count, kDiffCausesMax + 1);
}

constexpr std::uint64_t kHistories = 40;

ContactState state_in(const View& view, ContactId id) { return read_contact(view, id)->value_or(ContactState{}); }
ContactState state_at(const View& view, ContactId id, Moment moment) {
  return read_contact_at(view, id, moment)->value_or(ContactState{});
}

// Up to each of some records, every contact is what a fold of that prefix alone makes of it, its row byte for byte.
TEST(ContactHistory, ByOffsetItIsWhatTheFoldHadThere) {
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + kHistories; ++seed) {
    model::HistoryOptions options{.seed = seed, .records = 60 + seed % 60, .partitions = kPartitions};
    const model::History history = model::random_history(options);
    const HistoryFold whole(history);
    const std::size_t size = 1 + seed * 7 % history.size();
    const HistoryFold prefix(model::History(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(size)));
    for (std::uint64_t n = 1; n <= options.cast.contacts; ++n) {
      const ContactId id{n};
      const ContactState now = state_in(*whole.view(), id);
      if (now.gone == Gone::erased) continue;
      const Partition partition = model::partition_of_key(to_string(Subject{id}), kPartitions);
      const auto checkpoint = prefix.view()->checkpoints().find(partition);
      const Offset offset = checkpoint == prefix.view()->checkpoints().end() ? Offset{-1} : checkpoint->second.offset;
      EXPECT_EQ(state_at(*whole.view(), id, Moment::after_record(offset)), state_in(*prefix.view(), id))
          << "RAPPORT_SEED=" << seed << " contact " << n << "\n"
          << model::to_ndjson(history);
      if (HasFailure()) return;
    }
  }
}

// At each of some times, every contact is what a fold of the events up to then alone makes of it. Events whose outcome
// hangs on others (expected versions, deletions, no time of their own) have a known outcome here, and none there.
TEST(ContactHistory, ByTimeItIsWhatTheEventsUpToThenMake) {
  const std::uint64_t first = model::seed_of_this_run();
  EventDecoder decoder;
  for (std::uint64_t seed = first; seed < first + kHistories; ++seed) {
    model::HistoryOptions options{.seed = seed, .records = 60 + seed % 60, .partitions = kPartitions};
    options.cast.deletions = options.events_without_time = options.expected_versions = options.unfoldable =
        options.control = false;
    const model::History history = model::random_history(options);
    const Timestamp limit = *decoder.decode(history[seed * 7 % history.size()].value)->time;
    model::History until;
    for (const NewRecord& record : history) {
      if (*decoder.decode(record.value)->time <= limit) until.push_back(record);
    }
    const HistoryFold whole(history), part(until);
    for (std::uint64_t n = 1; n <= options.cast.contacts; ++n) {
      const ContactId id{n};
      // Offsets differ: the digest is of all else.
      EXPECT_EQ(contact_digest(id, state_at(*whole.view(), id, Moment::at_time(limit))),
                contact_digest(id, state_in(*part.view(), id)))
          << "RAPPORT_SEED=" << seed << " contact " << n << " at " << format_timestamp(limit) << "\n"
          << model::to_ndjson(history);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace rapport

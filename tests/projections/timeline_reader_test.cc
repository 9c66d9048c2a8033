#include "projections/timeline_reader.h"

#include <gmock/gmock.h>

#include "tests/projections/reader_story.h"

namespace rapport {
namespace {

using testing::ElementsAre;

TimelinePage read(const View& view, const TimelineQuery& query) {
  return read_timeline(view, ContactId{1}, query).value();
}

std::vector<std::string> ids_of(const TimelinePage& page) {
  std::vector<std::string> ids;
  for (const TimelineEntry& entry : page.entries) ids.push_back(entry.row.event_id);
  return ids;
}

// "fields.city: null -> "Oslo"", with " lost" behind a change that came too late.
std::vector<std::string> changes_of(const TimelineEntry& entry) {
  std::vector<std::string> out;
  for (const TimelineChange& change : entry.changes) {
    out.push_back(change.path + ": " + change.old_value.text + " -> " + change.new_value.text +
                  (change.won ? "" : " lost"));
  }
  return out;
}

// e0 created at 10, e1 a page at 20, e2 a page at 30, e3 a page in between, late, e4 of another contact.
ReaderStory four_events() {
  ReaderStory story;
  story.tell(1, model::created(), 10).tell(1, model::page(), 20).tell(1, model::page(), 30);
  story.tell(1, model::page(), 25).tell(2, model::created(), 15);
  return story;
}

TEST(TimelineReader, PagesInTimeOrderEitherWay) {
  ReaderStory story = four_events();
  for (const bool newest_first : {true, false}) {
    for (std::size_t limit = 1; limit <= 5; ++limit) {
      TimelineQuery query{.newest_first = newest_first, .limit = limit};
      std::vector<std::string> ids;
      for (;;) {
        const TimelinePage page = read(story.view(), query);
        for (const std::string& id : ids_of(page)) ids.push_back(id);
        if (!page.more) break;
        ASSERT_EQ(page.entries.size(), limit);
        query.after = page.entries.back().row.stamp;
      }
      if (!newest_first) std::reverse(ids.begin(), ids.end());
      EXPECT_THAT(ids, ElementsAre("e2", "e3", "e1", "e0")) << limit;
    }
  }
}

// Of large events a page ends early, and the next goes on from there.
TEST(TimelineReader, APageHoldsSoManyBytes) {
  constexpr std::size_t kNote = 200'000, kNotes = kTimelinePageBytesMax / kNote + 5;
  ReaderStory story;
  for (std::size_t i = 0; i < kNotes; ++i) {
    story.tell(1, {EventType::note_added, NoteAdded{std::string(kNote, 'x'), {}}}, static_cast<std::int64_t>(10 + i));
  }
  for (const bool newest_first : {true, false}) {
    TimelineQuery query{.newest_first = newest_first, .limit = kTimelinePageMax};
    const TimelinePage first = read(story.view(), query);
    ASSERT_TRUE(first.more);
    EXPECT_LE(first.entries.size() * kNote, kTimelinePageBytesMax);
    EXPECT_GT((first.entries.size() + 2) * kNote, kTimelinePageBytesMax);
    query.after = first.entries.back().row.stamp;
    const TimelinePage rest = read(story.view(), query);
    EXPECT_FALSE(rest.more);
    EXPECT_EQ(first.entries.size() + rest.entries.size(), kNotes);
  }
}

TEST(TimelineReader, FiltersByTypeTimeSourceAndText) {
  ReaderStory story = four_events();
  const View& view = story.view();
  EXPECT_THAT(ids_of(read(view, {.types = {"contact.created", "note.added"}})), ElementsAre("e0"));
  EXPECT_THAT(ids_of(read(view, {.from = model::at(20), .before = model::at(30)})), ElementsAre("e3", "e1"));
  EXPECT_THAT(ids_of(read(view, {.source = "other"})), ElementsAre());
  EXPECT_THAT(ids_of(read(view, {.limit = 1, .text = "URL"})), ElementsAre("e2"));
  EXPECT_THAT(ids_of(read(view, {.text = "no such text"})), ElementsAre());
  EXPECT_THAT(ids_of(read(view, {.from = model::at(30), .before = model::at(20)})), ElementsAre());
}

TEST(TimelineReader, TellsWhatAChangeReplacedAndWhetherItWon) {
  ReaderStory story;
  story.tell(1, model::created({{"city", JsonText{R"("Oslo")"}}}), 10);
  story.tell(1, model::field("city", R"("Bergen")"), 30);
  story.tell(1, model::field("city", R"("Late")"), 20);         // after e1 in the log, before it in time
  story.tell(1, model::field("city", R"("Refused")"), 40, 99);  // wrong expected version
  story.tell(1, model::field("city", "null"), 50).tell(1, model::tagged("vip"), 60);
  const TimelinePage page = read(story.view(), {.newest_first = false});
  ASSERT_THAT(ids_of(page), ElementsAre("e0", "e2", "e1", "e3", "e4", "e5"));
  EXPECT_THAT(changes_of(page.entries[0]), ElementsAre(R"(fields.city: null -> "Oslo")"));
  EXPECT_THAT(changes_of(page.entries[1]), ElementsAre(R"(fields.city: "Oslo" -> "Late" lost)"));
  EXPECT_THAT(changes_of(page.entries[2]), ElementsAre(R"(fields.city: "Late" -> "Bergen")"));
  EXPECT_EQ(page.entries[3].row.refusal, Refusal::wrong_expected_version);
  EXPECT_THAT(changes_of(page.entries[3]), ElementsAre());
  EXPECT_THAT(changes_of(page.entries[4]), ElementsAre(R"(fields.city: "Bergen" -> null)"));
  EXPECT_THAT(changes_of(page.entries[5]), ElementsAre("tags.vip: null -> true"));

  // A page has the same changes as the whole.
  const TimelinePage second = read(story.view(), {.newest_first = true, .limit = 1, .before = model::at(25)});
  ASSERT_THAT(ids_of(second), ElementsAre("e2"));
  EXPECT_THAT(changes_of(second.entries[0]), ElementsAre(R"(fields.city: "Oslo" -> "Late" lost)"));
}

TEST(TimelineReader, AnErasedContactsEventsSayNothingOfIt) {
  ReaderStory story;
  story.tell(1, model::created({{"email", JsonText{R"("ada@x.example")"}}}), 10);
  story.tell(1, model::erased(), 20).tell(1, model::field("email", R"("ada@x.example")"), 30);
  for (const TimelineEntry& entry : read(story.view(), {}).entries) {
    EXPECT_EQ(entry.row.data.find("ada"), std::string::npos) << entry.row.event_id;
    EXPECT_THAT(changes_of(entry), ElementsAre()) << entry.row.event_id;
  }
}

}  // namespace
}  // namespace rapport

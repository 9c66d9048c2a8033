#include "projections/contact_list.h"

#include <gmock/gmock.h>

#include <map>

#include "projections/root_reader.h"
#include "tests/model/dice.h"
#include "tests/projections/reader_story.h"

namespace rapport {
namespace {

using testing::ElementsAre;

std::vector<std::uint64_t> ids_of(const ContactListPage& page) {
  std::vector<std::uint64_t> ids;
  for (const MergedContact& contact : page.contacts) ids.push_back(contact.root.value);
  return ids;
}

// All pages of the query, one behind the other.
std::vector<std::uint64_t> walk(const View& view, ContactListQuery query, std::uint64_t total) {
  std::vector<std::uint64_t> ids;
  for (;;) {
    const auto page = list_contacts(view, query);
    EXPECT_TRUE(page);
    if (!page) return ids;
    EXPECT_EQ(page->total, total);
    EXPECT_LE(page->contacts.size(), query.limit);
    for (const std::uint64_t id : ids_of(*page)) ids.push_back(id);
    if (!page->more) return ids;
    EXPECT_EQ(page->contacts.size(), query.limit);
    query.after = page->contacts.back().root;
    query.total = page->total;
  }
}

Where where(const View& view, std::vector<std::string_view> clauses) {
  return Where::parse(clauses, view.control()).value();
}

TEST(ContactList, ShowsLiveContactsThatAreNoPartOfAnother) {
  ReaderStory story;
  for (std::uint64_t id = 1; id <= 7; ++id) story.tell(id, model::created(), 10);
  story.tell(2, model::deleted(), 20).tell(3, model::erased(), 20).tell(4, model::merged_into(5), 20);
  story.tell(8, model::merged_into(5), 20);  // named, but never seen
  const View& view = story.view();
  EXPECT_THAT(walk(view, {.limit = 1}, 4), ElementsAre(1u, 5u, 6u, 7u));
  EXPECT_THAT(walk(view, {.where = where(view, {"id|gt|1"}), .limit = 2}, 3), ElementsAre(5u, 6u, 7u));
  EXPECT_THAT(walk(view, {.where = where(view, {"id|gt|7"}), .limit = 2}, 0), ElementsAre());
}

// The lists of twenty contacts, of which `bytes_max` has room for a few, and of one that takes more by itself.
TEST(ContactList, APageEndsEarlyBehindSoManyBytes) {
  ReaderStory story;
  constexpr std::size_t kNote = 20'000, kBytesMax = 3 * kNote + kNote / 2;
  std::vector<std::uint64_t> all;
  for (std::uint64_t id = 1; id <= 20; ++id) {
    const std::string note(id == 7 ? 2 * kBytesMax : kNote, 'n');
    story.tell(id, model::created({{"note", JsonText{'"' + note + '"'}}, {"name", JsonText{R"("Ada")"}}}), 10);
    story.tell(id, model::tagged("vip"), 20);
    all.push_back(id);
  }
  story.tell(21, model::created(), 10).tell(21, model::merged_into(20), 30);
  const View& view = story.view();
  for (const char* order : {"", "fields.name", "dateCreated", "dateCreated|desc"}) {
    for (const char* clause : {"", "tags|eq|vip", "name|cont|d"}) {
      ContactListQuery query{.limit = 500, .bytes_max = kBytesMax};
      if (*order != '\0') query.order = ContactOrder::parse(order, view.control()).value();
      if (*clause != '\0') query.where = where(view, {clause});
      std::vector<std::uint64_t> shown;
      std::size_t pages = 0;
      for (bool more = true; more; ++pages) {
        const auto page = list_contacts(view, query);
        ASSERT_TRUE(page);
        ASSERT_EQ(page->total, 20u);
        const auto ids = ids_of(*page);
        ASSERT_THAT(ids.size(), testing::AllOf(testing::Ge(1u), testing::Le(3u))) << order << " " << clause;
        shown.insert(shown.end(), ids.begin(), ids.end());
        more = page->more;
        query.after = page->contacts.back().root;
        query.total = page->total;
      }
      EXPECT_EQ(shown, all) << order << " " << clause;
      EXPECT_EQ(pages, 8u) << order << " " << clause;
    }
  }
}

// Events that publishers may send: each contact merged into the next, more of them than are read as one.
TEST(ContactList, FailsForNoLongWayToARoot) {
  ReaderStory story;
  constexpr std::uint64_t kLast = kMergeMembersMax + 3;
  const Fields in_oslo{{"email", JsonText{R"("a@x.example")"}}};
  for (std::uint64_t id = 1; id <= kLast; ++id) {
    story.tell(id, model::created(in_oslo), 10);
    if (id < kLast) story.tell(id, model::merged_into(id + 1), 20);
  }
  story.tell(kLast + 1, model::created(in_oslo), 10);
  const View& view = story.view();
  EXPECT_THAT(walk(view, {.limit = 10}, 2), ElementsAre(kLast, kLast + 1));
  EXPECT_THAT(walk(view, {.where = where(view, {"email|eq|a@x.example"}), .limit = 10}, 2),
              ElementsAre(kLast, kLast + 1));
  RootReader roots(view);
  EXPECT_EQ(roots.merge_of(ContactId{1}).value()->root, ContactId{1});
  EXPECT_EQ(roots.merge_of(ContactId{kLast - 1}).value()->root, ContactId{kLast});
}

TEST(ContactList, ShowsADeletedContactInNoOrder) {
  ReaderStory story;
  story.tell(1, model::created({{"city", JsonText{R"("Oslo")"}}}), 10).tell(2, model::created(), 10);
  story.tell(1, model::erased(), 20);
  const View& view = story.view();
  ContactListQuery query{.order = ContactOrder::parse("fields.city", view.control()).value()};
  EXPECT_THAT(walk(view, query, 1), ElementsAre(2u));
  query.where = where(view, {"fields.city|eq|Oslo"});
  EXPECT_THAT(walk(view, query, 0), ElementsAre());
}

TEST(ContactList, PagesOfAnyOrderAndSizeShowEachContactOnce) {
  const std::uint64_t seed = model::seed_of_this_run();
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed));
  model::Dice dice(seed);
  ReaderStory story;
  std::map<std::uint64_t, std::optional<int>> ages;  // an own, plain idea of the contacts
  for (std::uint64_t id = 1; id <= 40; ++id) {
    Fields fields;
    if (!dice.one_in(4)) {
      ages[id] = static_cast<int>(dice.below(8)) - 4;
      fields = {{"age", JsonText{std::to_string(*ages[id])}}};
    } else {
      ages[id] = std::nullopt;
    }
    story.tell(id, model::created(fields), static_cast<std::int64_t>(id));
  }
  const View& view = story.view();
  for (const bool down : {false, true}) {
    for (const bool filtered : {false, true}) {
      std::vector<std::uint64_t> expected;
      for (const auto& [id, age] : ages) {
        if (!filtered || (age && *age >= 0)) expected.push_back(id);
      }
      std::stable_sort(expected.begin(), expected.end(), [&](std::uint64_t a, std::uint64_t b) {
        if (!ages[a] || !ages[b]) return ages[a].has_value() && !ages[b].has_value();
        return down ? *ages[b] < *ages[a] : *ages[a] < *ages[b];
      });
      ContactListQuery query{
          .order = ContactOrder::parse(down ? "fields.age|desc" : "fields.age", view.control()).value(),
          .limit = 1 + dice.below(9)};
      if (filtered) query.where = where(view, {"fields.age|gte|0"});
      EXPECT_EQ(walk(view, query, expected.size()), expected) << down << filtered << " limit " << query.limit;
    }
  }
}

}  // namespace
}  // namespace rapport

// Lists of random histories, merges in chains and circles among them: whatever the planner makes of a query, its pages
// are those of a pass over every root.
//
// RAPPORT_HISTORIES=2000 for a long run, RAPPORT_SEED=n to see a failure again.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "projections/contact_history.h"
#include "projections/contact_list.h"
#include "projections/contact_reader.h"
#include "projections/key_layout.h"
#include "projections/merge_links.h"
#include "projections/merges_shown.h"
#include "projections/overlaid_view.h"
#include "tests/model/dice.h"
#include "tests/model/history.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"

namespace rapport {
namespace {

constexpr std::uint64_t kHistories = 100;
constexpr int kQueriesOfEach = 40;
constexpr std::int32_t kPartitions = 2;
constexpr Timestamp kFirst{1'767'225'600'000};  // 2026-01-01: about when random histories begin

// The wholes of all roots that are shown, by id: from every contact that the view names, up to its root.
std::vector<MergedContact> all_roots(const View& view, const ContactSource& source) {
  std::set<ContactId> roots;
  Cursor cursor = view.store().cursor("Sc", "Sd", view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    roots.insert(root_of(source, contact_of_state_key(cursor.key())).value());
  }
  std::vector<MergedContact> out;
  for (const ContactId root : roots) {
    auto whole = read_merged(source, root).value();
    if (whole && whole->state.is_live()) out.push_back(*std::move(whole));
  }
  return out;
}

// Clauses over what random histories write (tests/model/random_event.cc), and some that nothing fits.
std::vector<std::string> random_clauses(model::Dice& dice) {
  const std::vector<std::string> some{"email|eq|a",
                                      "email|notnull",
                                      "email|isnull",
                                      "email|starts|B",
                                      "email|gt|1",
                                      "phone|isnull",
                                      "fields.plan|eq|true",
                                      "fields.plan|in|a,1,2.5",
                                      "fields.plan|between|1,2",
                                      "fields.plan|notnull",
                                      "fields.score|lt|2.5",
                                      "fields.score|starts|a",
                                      "fields.score|isnull",
                                      "name|eq|a",
                                      "tags|eq|vip",
                                      "tags|in|vip,new",
                                      "tags|isnull",
                                      "tags|ne|vip",
                                      "tags|gt|eu",
                                      "companyId|eq|1",
                                      "companyId|in|1,2",
                                      "companyId|gt|1",
                                      "companyId|isnull",
                                      "status|eq|active",
                                      "status|eq|archived",
                                      "archive|eq|yes",
                                      "archive|in|yes,no",
                                      "channels|notnull",
                                      "channels|gt|a",
                                      "isBlocked|eq|NO",
                                      "id|eq|2",
                                      "id|in|1,3,4",
                                      "id|gt|1",
                                      "id|lte|3",
                                      "id|between|2,3",
                                      "lastSeen|notnull",
                                      "lastSeen|isnull",
                                      "firstSeen|lt|2026-01-01T00:01:00Z",
                                      "dateCreated|lt|2026-01-01",
                                      "dateCreated|gte|2026-01-01T00:00:10Z",
                                      "dateUpdated|lte|2026-01-01T00:01:00Z",
                                      "dateCreated|between|2026-01-01,2026-01-01T00:05:00Z",
                                      "counters.events|gt|2"};
  std::vector<std::string> clauses;
  while (clauses.size() < 3 && !dice.one_in(3)) clauses.push_back(dice.pick(some));
  return clauses;
}

std::optional<std::string> random_order(model::Dice& dice) {
  const std::vector<std::string> some{"id",
                                      "email",
                                      "email|desc",
                                      "phone",
                                      "companyId|desc",
                                      "tags",
                                      "tags|desc",
                                      "channels",
                                      "lastSeen",
                                      "lastSeen|desc",
                                      "firstSeen",
                                      "dateCreated",
                                      "name",
                                      "dateUpdated|desc",
                                      "status|desc",
                                      "fields.plan",
                                      "fields.score|desc",
                                      "counters.events|desc"};
  return dice.one_in(3) ? std::nullopt : std::optional(dice.pick(some));
}

struct Asked {
  ContactListQuery query;
  std::string text;
};

Asked random_query(model::Dice& dice, const ControlState& control) {
  Asked asked;
  const std::vector<std::string> clauses = random_clauses(dice);
  for (const std::string& clause : clauses) asked.text += "where=" + clause + " ";
  const std::vector<std::string_view> views(clauses.begin(), clauses.end());
  auto where = Where::parse(views, control);
  if (where) asked.query.where = *std::move(where);  // a declared date has no "pro": then without
  if (dice.one_in(4)) {
    const std::vector<std::string> texts{"a", "B", "vip", "v", "e n", "new a", "u", "zoe"};
    const std::string text = dice.pick(texts);
    asked.text += "search=" + text + " ";
    asked.query.search = Search::parse(text).value();
  }
  if (const auto order = random_order(dice)) {
    asked.text += "order=" + *order + " ";
    asked.query.order = ContactOrder::parse(*order, control).value();
  }
  asked.query.limit = 1 + dice.below(4);
  asked.text += "limit=" + std::to_string(asked.query.limit);
  if (dice.one_in(3)) asked.query.bytes_max = 1 + dice.below(10'000);
  asked.text += " bytes=" + std::to_string(asked.query.bytes_max);
  return asked;
}

std::vector<std::uint64_t> naive(const std::vector<MergedContact>& roots, const ContactListQuery& query) {
  std::vector<ContactPlace> places;
  for (const MergedContact& root : roots) {
    if (!query.matches(root)) continue;
    places.push_back(query.order ? query.order->place_of(root.root, root.state) : ContactPlace{{}, root.root});
  }
  std::sort(places.begin(), places.end(), [&](const ContactPlace& a, const ContactPlace& b) {
    return query.order ? query.order->before(a, b) : a.id < b.id;
  });
  std::vector<std::uint64_t> ids;
  for (const ContactPlace& place : places) ids.push_back(place.id.value);
  return ids;
}

using ReadPage = std::function<Result<ContactListPage>(const ContactListQuery&)>;

bool is_out_of_bytes(const ContactListPage& page, const ContactListQuery& query) {
  std::size_t bytes = 0;
  for (const MergedContact& contact : page.contacts) bytes += contact.bytes();
  return !page.contacts.empty() && (page.contacts.size() == 1 || bytes <= query.bytes_max) &&
         query.bytes_max < kContactPageBytesMax;
}

// All pages; a total that is wrong, or a page that is too short, as an id that no contact has.
std::vector<std::uint64_t> walked(ContactListQuery query, std::size_t total, const ReadPage& read) {
  constexpr std::uint64_t kWrong = 999'999;
  std::vector<std::uint64_t> ids;
  for (;;) {
    const auto page = read(query);
    if (!page || page->total != total) return {kWrong, page ? page->total : 0};
    for (const MergedContact& contact : page->contacts) ids.push_back(contact.root.value);
    if (!page->more) return ids;
    if (page->contacts.size() != query.limit && !is_out_of_bytes(*page, query)) return {kWrong};
    query.after = page->contacts.back().root;
    query.total = page->total;
  }
}

bool is_in(Partition partition, ContactId id) {
  return model::partition_of_key(to_string(Subject{id}), kPartitions) == partition;
}

std::vector<MergedContact> those_of(const std::vector<MergedContact>& roots,
                                    const std::function<bool(ContactId)>& wanted) {
  std::vector<MergedContact> out;
  for (const MergedContact& root : roots) {
    if (wanted(root.root)) out.push_back(root);
  }
  return out;
}

// The list of each partition without those whom links join across them, and these by themselves, as instances of a
// group put it together where a merge leads from one's partitions to another's.
void expect_list_in_two_rounds(const View& view, const std::vector<MergedContact>& roots, const Asked& asked) {
  const std::array<Partition, kPartitions> partitions{Partition{0}, Partition{1}};
  std::vector<std::shared_ptr<const View>> parts;
  std::vector<MergeLinks> links;
  std::vector<std::set<ContactId>> joined_of;
  std::set<ContactId> joined;
  for (const Partition partition : partitions) {
    parts.push_back(view.only({partition}, [partition](ContactId id) { return is_in(partition, id); }));
    links.push_back(MergeLinks::read(*parts.back()).value());
  }
  for (std::size_t p = 0; p < parts.size(); ++p) {
    joined_of.push_back(links[p].joined(links[1 - p].leads_to()));
    joined.insert(joined_of[p].begin(), joined_of[p].end());
  }
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const auto rest = view_without(parts[p], joined_of[p], [](ContactId id) {
      return model::partition_of_key(to_string(Subject{id}), kPartitions);
    });
    const auto expected = naive(
        those_of(roots, [&](ContactId id) { return is_in(partitions[p], id) && !joined.contains(id); }), asked.query);
    const auto read = [&](const ContactListQuery& query) { return list_contacts(**rest, query); };
    EXPECT_EQ(walked(asked.query, expected.size(), read), expected) << "without families: " << asked.text;
  }
  const auto families = view.only({}, [&](ContactId id) { return joined.contains(id); });
  const std::vector<ContactId> ids(joined.begin(), joined.end());
  const auto expected = naive(those_of(roots, [&](ContactId id) { return joined.contains(id); }), asked.query);
  const auto read = [&](const ContactListQuery& query) { return list_contacts_among(*families, ids, query); };
  EXPECT_EQ(walked(asked.query, expected.size(), read), expected) << "of families: " << asked.text;
}

// The same list of each partition: all of them right, or one refused because a merge leads out of it; then in two
// rounds. Says how many lists were right at once.
int expect_lists_of_parts(const View& view, const std::vector<MergedContact>& roots, model::Dice& dice) {
  int answered = 0;
  for (int i = 0; i < kQueriesOfEach / 4; ++i) {
    const Asked asked = random_query(dice, view.control());
    bool refused = false;
    std::vector<std::vector<std::uint64_t>> expected, found;
    for (const Partition partition : {Partition{0}, Partition{1}}) {
      const auto shows = [partition](ContactId id) { return is_in(partition, id); };
      const auto part = view.only({partition}, shows);
      expected.push_back(naive(those_of(roots, shows), asked.query));
      found.push_back(walked(asked.query, expected.back().size(), [&](const ContactListQuery& query) {
        auto page = list_contacts(*part, query);
        refused = refused || (!page && is_merge_leading_out(page.error()));
        return page;
      }));
    }
    expect_list_in_two_rounds(view, roots, asked);
    if (refused) continue;
    EXPECT_EQ(found, expected) << "of partitions: " << asked.text;
    ++answered;
  }
  return answered;
}

int expect_lists_of(std::uint64_t seed) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed));
  model::HistoryOptions options{.seed = seed, .records = 20 + seed % 150, .partitions = kPartitions};
  options.cast.contacts = 3 + seed % 6;
  const HistoryFold folded(model::random_history(options), random_cuts(seed, options.records));
  const auto view = folded.view();
  const std::vector<MergedContact> roots = all_roots(*view, contacts_of(*view));
  model::Dice dice(seed);
  for (int i = 0; i < kQueriesOfEach; ++i) {
    const Asked asked = random_query(dice, view->control());
    const auto expected = naive(roots, asked.query);
    const auto read = [&](const ContactListQuery& query) { return list_contacts(*view, query); };
    EXPECT_EQ(walked(asked.query, expected.size(), read), expected) << asked.text;
  }
  const int answered_in_part = expect_lists_of_parts(*view, roots, dice);
  // At a moment, by the same evaluator over the states of then.
  const Moment moment = dice.one_in(2)
                            ? Moment::at_time(Timestamp{kFirst.ms + static_cast<std::int64_t>(dice.below(300'000))})
                            : Moment::after_record(Offset{static_cast<std::int64_t>(dice.below(40))});
  const ContactSource then = [&](ContactId id) { return read_contact_at(*view, id, moment); };
  const std::vector<MergedContact> roots_then = all_roots(*view, then);
  for (int i = 0; i < kQueriesOfEach / 10; ++i) {
    const Asked asked = random_query(dice, view->control());
    const auto expected = naive(roots_then, asked.query);
    const auto read = [&](const ContactListQuery& query) { return list_contacts_of_the_past(*view, then, query); };
    EXPECT_EQ(walked(asked.query, expected.size(), read), expected) << "of the past: " << asked.text;
  }
  return answered_in_part;
}

TEST(ListProperty, AnyPlanShowsWhatAPassOverAllShows) {
  const std::uint64_t count = model::number_from_environment("RAPPORT_HISTORIES", kHistories);
  const std::uint64_t first = model::seed_of_this_run();
  int answered_in_part = 0;
  for (std::uint64_t seed = first; seed < first + count && !testing::Test::HasFailure(); ++seed) {
    answered_in_part += expect_lists_of(seed);
  }
  EXPECT_GT(answered_in_part, 0) << "no list of a part was answered";
}

}  // namespace
}  // namespace rapport

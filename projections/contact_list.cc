#include "projections/contact_list.h"

#include <algorithm>
#include <map>
#include <set>

#include "projections/condition_hits.h"
#include "projections/first_of_page.h"
#include "projections/index_walk.h"
#include "projections/merges_shown.h"
#include "projections/root_count.h"

namespace rapport {
namespace {

// A walk in order that expects to read more contacts than this for one page leaves it to the conditions' indexes.
constexpr std::uint64_t kWalkReadsMax = 20'000;
constexpr std::size_t kWalkedAtOnce = 64;

// The rows of the one condition are the list's, in order of id.
bool has_rows_in_order(const QueryPlan& plan) {
  const IndexSource& only = plan.sources.front();
  return plan.conditions == 1 && only.exact && only.one_value;
}

class ListRun {
 public:
  ListRun(const View& view, const ContactListQuery& query)
      : view_(view), query_(query), plan_(plan_of(query, view.indexes())), reader_(view) {}
  ListRun(const View& view, const ContactSource& source, const ContactListQuery& query)
      : view_(view), query_(query), of_the_past_(true), reader_(view, source) {}

  Result<ContactListPage> run();
  Result<ContactListPage> run_among(const std::vector<ContactId>& ids);

 private:
  ContactListPage take_page();
  Result<void> find_after();
  Result<void> find_total();
  Result<void> fill();
  Result<void> fill_by_index();
  Result<void> scan();
  Result<void> fill_from_rows_in_order();
  Result<bool> walk_in_order();
  Result<bool> walk_part(IndexPart part, const std::vector<ContactId>* members, FirstOfPage& first);
  struct WalkedRow {
    std::string value;
    ContactId root;
  };
  Result<bool> read_rows(IndexWalk& walk, IndexPart part, const std::vector<ContactId>* members,
                         std::vector<WalkedRow>& rows);
  Result<std::map<ContactId, MergedContact>> read_by_id(const std::vector<WalkedRow>& rows);
  Result<void> finish(IndexHits hits);
  Result<void> offer_sure(const std::vector<ContactId>& sure);
  Result<std::uint64_t> judge(const std::vector<ContactId>& ids);
  Result<void> offer_all(std::span<const ContactId> ids);

  bool walk_is_cheap(std::uint64_t fitting) const;
  std::vector<ContactId> behind_last_page(const std::vector<ContactId>& ids) const;
  FirstOfPage fresh_page() const { return FirstOfPage(query_, after_); }

  const View& view_;
  const ContactListQuery& query_;
  bool of_the_past_ = false;
  QueryPlan plan_;
  RootReader reader_;
  std::optional<ContactPlace> after_;
  std::optional<std::uint64_t> total_;
  std::optional<FirstOfPage> first_;
  ListCost cost_;
};

Result<ContactListPage> ListRun::run() {
  RAPPORT_TRY(find_after());
  RAPPORT_TRY(find_total());
  first_.emplace(fresh_page());
  RAPPORT_TRY(fill());
  return take_page();
}

Result<ContactListPage> ListRun::run_among(const std::vector<ContactId>& ids) {
  RAPPORT_TRY(find_after());
  total_ = query_.total;
  first_.emplace(fresh_page());
  RAPPORT_TRY(finish({{}, ids}));
  return take_page();
}

ContactListPage ListRun::take_page() {
  ContactListPage page;
  page.more = first_->full();
  page.contacts = first_->take();
  page.cut = page.more && page.contacts.size() < query_.limit;
  page.total = *total_;
  cost_.contacts_read = reader_.contacts_read();
  page.cost = std::move(cost_);
  return page;
}

Result<void> ListRun::find_after() {
  if (!query_.after) return {};
  if (!query_.order) {
    after_ = ContactPlace{{}, *query_.after};
    return {};
  }
  const std::vector<ContactId> one{*query_.after};
  const auto take = [&](MergedContact&& contact) -> Result<bool> {
    if (contact.root == *query_.after) after_ = query_.order->place_of(contact.root, contact.state);
    return false;
  };
  RAPPORT_TRY(of_the_past_ ? reader_.read_all(*query_.after, *query_.after, take) : reader_.read(one, take));
  if (!after_) return Error{Errc::invalid_argument, "is of another list", "cursor"};
  return {};
}

Result<void> ListRun::find_total() {
  total_ = query_.total;
  if (total_ || of_the_past_ || !plan_.counted || !(query_.matches_all() || plan_.standing)) return {};
  const auto count = count_roots(view_, reader_);
  if (!count) return count.error();
  total_ = !plan_.standing ? count->all() : plan_.standing == Standing::active ? count->active : count->archived;
  return {};
}

Result<void> ListRun::fill() {
  if (query_.order) cost_.order = "sorted";
  if (of_the_past_) return scan();
  if (plan_.ids) {
    cost_.index = "id";
    return finish({{}, *plan_.ids});
  }
  // With the count at hand, only the page itself has to be found.
  if (total_ && plan_.order_index && walk_is_cheap(*total_)) {
    const auto walked = walk_in_order();
    if (!walked) return walked.error();
    if (*walked) return {};
  }
  return plan_.sources.empty() ? scan() : fill_by_index();
}

Result<void> ListRun::scan() {
  const bool stops = total_ && !query_.order;
  const ContactId from = stops && query_.after ? ContactId{query_.after->value + 1} : ContactId{0};
  std::uint64_t fitting = 0;
  const auto look = [&](MergedContact&& contact) -> Result<bool> {
    if (!query_.matches(contact)) return true;
    ++fitting;
    first_->offer(std::move(contact));
    return !(stops && first_->full());
  };
  RAPPORT_TRY(reader_.read_all(std::max(from, plan_.id_min), plan_.id_max, look));
  if (!total_) total_ = fitting;
  return {};
}

Result<void> ListRun::fill_by_index() {
  if (total_ && !query_.order && has_rows_in_order(plan_)) return fill_from_rows_in_order();
  auto found = read_condition_hits(view_, plan_.sources, reader_, cost_.index_rows);
  if (!found) return found.error();
  cost_.index = found->index;
  // Where a condition is left, nothing is sure.
  if (found->conditions < plan_.conditions) return finish({{}, found->hits.all()});
  return finish(std::move(found->hits));
}

Result<void> ListRun::fill_from_rows_in_order() {
  const IndexSource& source = plan_.sources.front();
  cost_.index = source.name;
  const ContactId after = query_.after.value_or(ContactId{0});
  auto sure = read_sure_behind(view_, source, after, query_.limit + 1, cost_.index_rows);
  if (!sure) return sure.error();
  auto doubtful = read_doubtful(view_, source, reader_, cost_.index_rows);
  if (!doubtful) return doubtful.error();
  return finish({*std::move(sure), *std::move(doubtful)});
}

Result<void> ListRun::finish(IndexHits hits) {
  const auto fitting = judge(hits.doubtful);
  if (!fitting) return fitting.error();
  if (!total_) total_ = hits.sure.size() + *fitting;
  return offer_sure(hits.sure);
}

// Offers those that fit and says how many they are; where that is known, only as many as the page can take.
Result<std::uint64_t> ListRun::judge(const std::vector<ContactId>& ids) {
  const bool stops = total_ && !query_.order;
  std::uint64_t fitting = 0;
  const auto look = [&](MergedContact&& contact) -> Result<bool> {
    if (!query_.matches(contact)) return true;
    first_->offer(std::move(contact));
    ++fitting;
    return !(stops && first_->full());
  };
  RAPPORT_TRY(reader_.read(stops ? behind_last_page(ids) : ids, look));
  return fitting;
}

Result<void> ListRun::offer_sure(const std::vector<ContactId>& sure) {
  if (!query_.order) {
    const std::vector<ContactId> behind = behind_last_page(sure);
    return offer_all(std::span(behind).first(std::min(behind.size(), query_.limit + 1)));
  }
  // A row costs a fifth of a contact's state, or less.
  if (plan_.order_index && contacts_in_all(view_) * query_.limit < 5 * sure.size() * sure.size()) {
    FirstOfPage in_order = *first_;
    const auto walked = walk_part(IndexPart::alone, &sure, in_order);
    if (!walked) return walked.error();
    if (*walked) {
      first_.emplace(std::move(in_order));
      cost_.order = "index";
      return {};
    }
  }
  return offer_all(sure);
}

Result<void> ListRun::offer_all(std::span<const ContactId> ids) {
  return reader_.read(ids, [&](MergedContact&& contact) -> Result<bool> {
    first_->offer(std::move(contact));
    return true;
  });
}

// False: the index cannot say the order of values that are cut.
Result<bool> ListRun::walk_in_order() {
  FirstOfPage first = fresh_page();
  for (const IndexPart part : {IndexPart::alone, IndexPart::merged}) {
    const auto walked = walk_part(part, nullptr, first);
    if (!walked || !*walked) return walked;
  }
  first_.emplace(std::move(first));
  cost_.order = "index";
  return true;
}

// The next rows of the walk that may be shown: value, and the root that it leads to. False: a value is cut.
Result<bool> ListRun::read_rows(IndexWalk& walk, IndexPart part, const std::vector<ContactId>* members,
                                std::vector<WalkedRow>& rows) {
  while (rows.size() < kWalkedAtOnce) {
    const auto row = walk.next();
    if (!row) break;
    if (is_cut(row->value)) return false;
    ContactId id = row->contact;
    if (part == IndexPart::merged) {
      const auto root = reader_.root_in_merge(id);
      if (!root) return root.error();
      if (!*root) continue;
      id = **root;
    } else if (members != nullptr && !std::binary_search(members->begin(), members->end(), id)) {
      continue;
    }
    rows.push_back({std::string(row->value), id});
  }
  RAPPORT_TRY(walk.status());
  return true;
}

// Offers the first that fit, in the index's order. A contact counts where the row's value is that of the whole: a
// member of a merge that has another, and a further one of several values, lead to it from other places. With
// `members`, those fit, and no others. False: the index cannot say the order, because a value is cut.
Result<bool> ListRun::walk_part(IndexPart part, const std::vector<ContactId>* members, FirstOfPage& first) {
  std::optional<IndexWalk::After> after;
  if (after_) {
    // A merge's rows stand under its members' ids: those of the last page's value are all looked at again.
    after = IndexWalk::After{index_value(after_->key), part == IndexPart::alone ? after_->id : ContactId{0}};
    if (is_cut(after->value)) return false;
  }
  IndexWalk walk(view_, *plan_.order_index, part, query_.order->descending(), after);
  std::set<ContactId> done;
  bool is_past_page = false;
  std::uint64_t counted = 0;
  std::string last_value;
  for (bool more = true; more;) {
    std::vector<WalkedRow> rows;
    const auto readable = read_rows(walk, part, members, rows);
    cost_.index_rows += walk.rows() - std::exchange(counted, walk.rows());
    if (!readable || !*readable) return readable;
    more = rows.size() == kWalkedAtOnce;
    auto found = read_by_id(rows);
    if (!found) return found.error();
    for (const WalkedRow& row : rows) {
      if (is_past_page && (part == IndexPart::alone || row.value != last_value)) return true;
      const auto contact = found->find(row.root);
      if (contact == found->end() || done.contains(row.root)) continue;
      if (index_value(query_.order->place_of(row.root, contact->second.state).key) != row.value) continue;
      done.insert(row.root);
      if (members == nullptr && !query_.matches(contact->second)) continue;
      if (first.offer(std::move(contact->second)) == FirstOfPage::Place::behind_page) is_past_page = true;
      last_value = row.value;
    }
  }
  return true;
}

Result<std::map<ContactId, MergedContact>> ListRun::read_by_id(const std::vector<WalkedRow>& rows) {
  std::vector<ContactId> ids;
  for (const WalkedRow& row : rows) ids.push_back(row.root);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::map<ContactId, MergedContact> found;
  const auto read = reader_.read(ids, [&](MergedContact&& contact) -> Result<bool> {
    const ContactId id = contact.root;
    found.emplace(id, std::move(contact));
    return true;
  });
  if (!read) return read.error();
  return found;
}

bool ListRun::walk_is_cheap(std::uint64_t fitting) const {
  return query_.matches_all() || (fitting > 0 && contacts_in_all(view_) / fitting * query_.limit <= kWalkReadsMax);
}

std::vector<ContactId> ListRun::behind_last_page(const std::vector<ContactId>& ids) const {
  if (!query_.after || query_.order) return ids;
  return {std::upper_bound(ids.begin(), ids.end(), *query_.after), ids.end()};
}

}  // namespace

std::uint64_t contacts_in_all(const View& view) {
  std::uint64_t count = 0;
  for (const auto& [partition, checkpoint] : view.checkpoints()) count += checkpoint.contacts;
  return count;
}

Result<std::uint64_t> looked_at_for_page(const View& view, const ContactListQuery& query, std::uint64_t enough) {
  const QueryPlan plan = plan_of(query, view.indexes());
  if (plan.ids) return std::uint64_t{0};
  const bool is_counted = query.total || (plan.counted && (query.matches_all() || plan.standing));
  if (plan.sources.empty()) {
    const bool is_of_all = is_counted && query.matches_all() && (!query.order || plan.order_index);
    return is_of_all ? 0 : contacts_in_all(view);
  }
  if (is_counted && !query.order && has_rows_in_order(plan)) return std::uint64_t{0};
  std::uint64_t rows = enough;
  for (const IndexSource& source : plan.sources) {
    const auto of_source = count_rows(view, source, rows);
    if (!of_source) return of_source.error();
    rows = *of_source;
  }
  return rows;
}

Result<ContactListPage> list_contacts(const View& view, const ContactListQuery& query) {
  // A later page is of the same view.
  if (!query.total) RAPPORT_TRY(check_merges_shown(view));
  return ListRun(view, query).run();
}

Result<ContactListPage> list_contacts_of_the_past(const View& view, const ContactSource& source,
                                                  const ContactListQuery& query) {
  return ListRun(view, source, query).run();
}

Result<ContactListPage> list_contacts_among(const View& view, const std::vector<ContactId>& ids,
                                            const ContactListQuery& query) {
  return ListRun(view, query).run_among(ids);
}

}  // namespace rapport

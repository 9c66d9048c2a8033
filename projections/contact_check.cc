#include "projections/contact_check.h"

#include <algorithm>
#include <map>

#include "projections/contact_index.h"
#include "projections/contact_refold.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "projections/seen_lookup.h"

namespace rapport {
namespace {

using Rows = std::map<std::string, std::string>;

class ContactChecker {
 public:
  ContactChecker(const View& view, ContactId id) : view_(view), id_(id), stream_(stream_key(id)), refold_(id) {}

  Result<std::vector<RowDifference>> check() {
    const auto row = view_.store().get(state_key(stream_), view_.at());
    if (!row) return row.error();
    if (*row) {
      const auto state = decode_contact(**row);
      if (!state) return std::vector{difference("state", "corrupt")};
      if (state->gone == Gone::erased) return differences_;
      stored_sum_ = state->ledger.timeline_sum;
    }
    RAPPORT_TRY(refold_timeline());
    if (!timeline_sound_) return differences_;  // what it would give says nothing of the other rows
    RAPPORT_TRY(compare(state_key(stream_), "state", state_rows()));
    RAPPORT_TRY(compare(visit_key(id_, ""), "visits", visit_rows()));
    RAPPORT_TRY(compare(case_key(id_, ""), "cases", case_rows()));
    RAPPORT_TRY(compare(past_prefix(id_), "past", refold_.rows().past));
    RAPPORT_TRY(compare(seen_prefix(stream_), "repeats", seen_));
    RAPPORT_TRY(look_for_index_rows());
    return std::move(differences_);
  }

 private:
  RowDifference difference(const char* part, const char* how) const { return {to_string(Subject{id_}), part, how}; }

  // In log order, as the fold did: what is kept of the past depends on it.
  Result<void> refold_timeline() {
    std::vector<WriteStamp> stamps;
    Cursor cursor = view_.store().cursor(timeline_prefix(stream_), prefix_end(timeline_prefix(stream_)), view_.at());
    for (cursor.seek_first(); cursor.valid(); cursor.next()) stamps.push_back(timeline_stamp(cursor.key()));
    RAPPORT_TRY(cursor.status());
    const auto earlier_record = [](WriteStamp a, WriteStamp b) { return a.offset < b.offset; };
    const bool any_late = !std::is_sorted(stamps.begin(), stamps.end(), earlier_record);
    if (any_late) std::sort(stamps.begin(), stamps.end(), earlier_record);

    cursor.seek_first();
    for (const WriteStamp stamp : stamps) {
      if (any_late) {
        const auto row = view_.store().get(timeline_key(stream_, stamp), view_.at());
        if (!row) return row.error();
        if (!*row || !refold_row(stamp, **row)) return damaged("corrupt");
      } else {
        if (!cursor.valid() || !refold_row(stamp, cursor.value())) return damaged("corrupt");
        cursor.next();
      }
    }
    RAPPORT_TRY(cursor.status());
    if (refold_.state().ledger.timeline_sum != stored_sum_) return damaged("different");
    return {};
  }

  // False: the row does not decode.
  bool refold_row(WriteStamp stamp, std::string_view bytes) {
    const auto row = decode_timeline_row(stamp, bytes);
    if (!row || !refold_.add(decoder_, *row)) return false;
    if (!row->late && row->own_time) return true;
    const auto time = row->own_time ? std::optional(stamp.time) : std::nullopt;
    seen_[seen_key(stream_, event_name(row->source, row->event_id, time))] =
        encode_first_outcome({row->refusal, stamp.offset});
    return true;
  }

  Result<void> damaged(const char* how) {
    timeline_sound_ = false;
    differences_.push_back(difference("timeline", how));
    return {};
  }

  Rows state_rows() const {
    Rows rows;
    if (refold_.state().ledger.latest) rows[state_key(stream_)] = encode_contact(refold_.state());
    return rows;
  }
  Rows visit_rows() const {
    Rows rows;
    for (const auto& [visit_id, entry] : refold_.rows().visits) {
      if (entry.visit.exists()) rows[visit_key(id_, visit_id)] = encode_visit(entry.visit);
    }
    return rows;
  }
  Rows case_rows() const {
    Rows rows;
    for (const auto& [case_id, entry] : refold_.rows().cases) {
      if (entry.support_case.exists()) rows[case_key(id_, case_id)] = encode_case(entry.support_case);
    }
    return rows;
  }

  Result<void> compare(const std::string& prefix, const char* part, const Rows& expected) {
    Cursor cursor = view_.store().cursor(prefix, prefix_end(prefix), view_.at());
    auto wanted = expected.begin();
    const char* how = nullptr;
    for (cursor.seek_first(); cursor.valid() && how == nullptr; cursor.next()) {
      if (wanted == expected.end() || cursor.key() < wanted->first) {
        how = "extra";
      } else if (cursor.key() > wanted->first) {
        how = "missing";
      } else if (cursor.value() != wanted->second) {
        how = "different";
      } else {
        ++wanted;
      }
    }
    RAPPORT_TRY(cursor.status());
    if (how == nullptr && wanted != expected.end()) how = "missing";
    if (how != nullptr) differences_.push_back(difference(part, how));
    return {};
  }

  // A row too many stands anywhere in an index, so only a refold finds it. While an index is filled, nothing is said.
  Result<void> look_for_index_rows() {
    if (!view_.indexes().is_kept() || view_.indexes().first_unfilled()) return {};
    const IndexEntries entries(view_.indexes(), id_, refold_.state(), IndexScope::all);
    std::vector<std::string_view> keys;
    for (std::size_t i = 0; i < entries.size(); ++i) keys.push_back(entries[i]);
    const auto rows = view_.store().multi_get(keys, view_.at());
    if (!rows) return rows.error();
    const bool all = std::all_of(rows->begin(), rows->end(), [](const auto& row) { return row.has_value(); });
    if (!all) differences_.push_back(difference("index", "missing"));
    return {};
  }

  const View& view_;
  ContactId id_;
  std::string stream_;
  EventDecoder decoder_;
  ContactRefold refold_;
  Digest stored_sum_;
  Rows seen_;
  bool timeline_sound_ = true;
  std::vector<RowDifference> differences_;
};

}  // namespace

Result<std::vector<RowDifference>> check_contact(const View& view, ContactId id) {
  return ContactChecker(view, id).check();
}

Result<std::optional<ContactId>> next_contact(const View& view, ContactId after) {
  const std::string from = state_key(stream_key(after)) + '\0';
  Cursor cursor = view.store().cursor(from, prefix_end(state_key(stream_key(ContactId{kIdMax}))), view.at());
  cursor.seek_first();
  if (cursor.valid()) return std::optional(contact_of_state_key(cursor.key()));
  RAPPORT_TRY(cursor.status());
  return std::optional<ContactId>();
}

}  // namespace rapport

#include "projections/generation_compare.h"

#include <set>

#include "projections/contact_index.h"
#include "projections/contact_reader.h"
#include "projections/index_rows.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

class Comparison {
 public:
  explicit Comparison(std::size_t named_max) : named_max_(named_max) {}

  void differs(std::string_view key, const char* how) {
    ++out_.rows_different;
    RowName name = row_name(key);
    ++out_.different_by_part[name.part];
    if (!out_.first.empty() && out_.first.back().subject == name.subject && out_.first.back().part == name.part) return;
    if (out_.first.size() < named_max_) out_.first.push_back({std::move(name.subject), std::move(name.part), how});
  }
  void compared() { ++out_.rows_compared; }
  GenerationDifference take() { return std::move(out_); }

 private:
  std::size_t named_max_;
  GenerationDifference out_;
};

Result<void> compare_range(const View& ours, const View& theirs, std::string_view from, std::string_view to,
                           Comparison& comparison) {
  Cursor a = ours.store().cursor(from, to, ours.at());
  Cursor b = theirs.store().cursor(from, to, theirs.at());
  a.seek_first();
  b.seek_first();
  while (a.valid() || b.valid()) {
    comparison.compared();
    if (!b.valid() || (a.valid() && a.key() < b.key())) {
      comparison.differs(a.key(), "missing");
      a.next();
    } else if (!a.valid() || b.key() < a.key()) {
      comparison.differs(b.key(), "extra");
      b.next();
    } else {
      if (a.value() != b.value()) comparison.differs(a.key(), "different");
      a.next();
      b.next();
    }
  }
  RAPPORT_TRY(a.status());
  return b.status();
}

// Sorted ranges [from, to).
std::set<std::pair<std::string, std::string>> rows_of_unfilled_indexes(const View& ours, const View& theirs) {
  std::set<std::pair<std::string, std::string>> out;
  for (const View* view : {&ours, &theirs}) {
    for (const FieldIndex& index : view->indexes().kept()) {
      if (!view->indexes().is_kept() || view->indexes().is_whole(index)) continue;
      for (const std::string& rows : {index_key(index), index_fill_key(index_key(index))}) {
        out.emplace(rows, prefix_end(rows));
      }
    }
  }
  return out;
}

// Theirs against what our state says. An index that is still filled tells nothing yet.
Result<void> compare_index_rows(const View& ours, const View& theirs, ContactId contact, Comparison& comparison) {
  if (!theirs.indexes().is_kept() || theirs.indexes().first_unfilled()) return {};
  const auto state = read_contact(ours, contact);
  if (!state) return state.error();
  const IndexEntries entries(theirs.indexes(), contact, state->value_or(ContactState{}), IndexScope::all);
  std::set<std::string> expected;
  for (std::size_t i = 0; i < entries.size(); ++i) expected.emplace(entries[i]);
  const auto stored = read_index_rows(theirs.store(), contact, theirs.at());
  if (!stored) return stored.error();
  for (const std::string& key : *stored) {
    comparison.compared();
    if (expected.erase(key) == 0) comparison.differs(key, "extra");
  }
  for (const std::string& key : expected) comparison.differs(key, "missing");
  return {};
}

}  // namespace

Result<GenerationDifference> compare_generations(const View& ours, const View& theirs, std::size_t named_max) {
  Comparison comparison(named_max);
  std::string from;
  for (const auto& [begin, end] : rows_of_unfilled_indexes(ours, theirs)) {
    RAPPORT_TRY(compare_range(ours, theirs, from, begin, comparison));
    from = end;
  }
  RAPPORT_TRY(compare_range(ours, theirs, from, {}, comparison));
  return comparison.take();
}

Result<GenerationDifference> compare_contact(const View& ours, const View& theirs, ContactId contact) {
  Comparison comparison(kDifferencesNamedMax);
  for (const auto& [from, to] : contact_row_ranges(contact)) {
    RAPPORT_TRY(compare_range(ours, theirs, from, to, comparison));
  }
  RAPPORT_TRY(compare_index_rows(ours, theirs, contact, comparison));
  return comparison.take();
}

}  // namespace rapport

// Which index rows a contact has: a pure function of its state, so that a fold step writes the difference between the
// contact before and behind it, and anyone can say what an index must hold.
//
// Invariants:
// - A contact stands in every index at least once, under "no value" where it has none; in `words`, once for each word.
// - Rows are of the contact's own state. Whoever is in a merge stands in the part for that: who reads it goes on to the
//   root and judges the whole.
// - Deleted and erased contacts have no rows, nor has one that nothing has created, unless it is in a merge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/contact_state.h"
#include "projections/index_catalog.h"

namespace rapport {

// Merged into another, or told that another is merged into it.
bool is_in_merge(const ContactState& state);

// Which of a contact's rows are looked at: those that its events of a step can move. Dates seen and created, and
// channels, which every event can, are always among them.
enum class IndexScope : std::uint8_t { seen = 0, tags = 1, fields = 2, words = 4, all = 0xff };
constexpr IndexScope operator|(IndexScope a, IndexScope b) {
  return static_cast<IndexScope>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool has(IndexScope scope, IndexScope part) { return (scope | part) == scope; }

// What the event can move of a contact that is live, whether it is accepted or not.
IndexScope index_scope_of(const Event& event);

// Keys of index rows, sorted, each once.
class IndexEntries {
 public:
  IndexEntries() = default;
  IndexEntries(const IndexCatalog& catalog, ContactId id, const ContactState& state, IndexScope scope);
  // Of that one index.
  static IndexEntries of_field(const FieldIndex& index, ContactId id, const ContactState& state);

  std::size_t size() const { return spans_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = spans_[i].begin;
    return std::string_view(bytes_).substr(begin, spans_[i].end - begin);
  }

 private:
  struct Span {
    std::uint32_t begin, end;
  };
  friend class IndexEntryWriter;
  void finish();

  std::string bytes_;
  std::vector<Span> spans_;
};

// Takes away the rows that only `before` has, and puts those that only `after` has.
void write_index_changes(const IndexEntries& before, const IndexEntries& after, RowBuffer& rows);

}  // namespace rapport

// Contacts as a list shows them: each root of a merge as the whole of it, each contact by itself as what it is, and
// nobody who is gone or part of another.
//
// Invariants: of a narrowed view, who is not shown is a member of nothing, and a link that leads to one is an error.
// Where more contacts are merged than are read as one, the root is shown by itself, and who has a longer way
// to it than that is not shown. Must not outlive the view and the source. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <span>

#include "projections/merge_reader.h"

namespace rapport {

class RootReader {
 public:
  // What is done with each; false ends the reading.
  using Each = std::function<Result<bool>(MergedContact&&)>;

  // As the view has them.
  explicit RootReader(const View& view);
  // As they stood at a moment; `source` is asked for every contact that the view knows.
  RootReader(const View& view, ContactSource source);

  // The wholes of those of the contacts that are shown, in the order of `ids`. Errors of all: storage_failed, corrupt,
  // and the source's.
  [[nodiscard]] Result<void> read(std::span<const ContactId> ids, const Each& each);
  // Of all that are shown, from `from` to `to`, in order of id.
  [[nodiscard]] Result<void> read_all(ContactId from, ContactId to, const Each& each);
  // The root of the merge that the contact is in. Further errors: unreachable (merges_shown.h): it is not shown;
  // too_large: it is too far.
  [[nodiscard]] Result<ContactId> root(ContactId member);
  // The whole of that merge; of too many contacts the root alone, or where that is too far, `member`. Absent: it is not
  // live.
  [[nodiscard]] Result<std::optional<MergedContact>> merge_of(ContactId member);

  // Its root, where an index row in the part of merges leads there; absent where the root knows of no merge, and
  // stands in the index by itself, or is too far.
  [[nodiscard]] Result<std::optional<ContactId>> root_in_merge(ContactId member);

  std::uint64_t contacts_read() const { return contacts_read_; }

 private:
  // Absent: it is not shown.
  [[nodiscard]] Result<std::optional<MergedContact>> whole(ContactId id, ContactState&& state);
  // As if it were in no merge.
  [[nodiscard]] Result<std::optional<MergedContact>> alone(ContactId id);

  const View& view_;
  bool of_the_past_ = false;
  ContactSource source_;
  std::map<ContactId, ContactId> roots_;
  std::map<ContactId, bool> know_of_merge_;  // of roots
  std::uint64_t contacts_read_ = 0;
};

}  // namespace rapport

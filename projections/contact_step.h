// The contacts of one fold step: their states from the cache or one sorted read, the visits and cases that the events
// name, apply() in log order, and the rows that come of it. Of a large step one half is folded beside the other.
//
// Invariants: what comes of a contact depends on its own records and rows alone, so it does not show how a step was
// divided; rows are put in the order of contacts.
#pragma once

#include <map>
#include <memory>

#include "projections/contact_fold.h"
#include "projections/state_cache.h"
#include "projections/step_context.h"

namespace rapport {

// `indexes`: the contacts' records, sorted by contact, then by log order. Without a cache the step is the only one that
// these contacts are in. Errors: storage_failed, corrupt.
[[nodiscard]] Result<void> fold_contacts(StepContext& step, StateCache* cache, ContactApply apply_to_contact,
                                         const std::vector<std::pair<ContactId, std::uint32_t>>& indexes);

// One contact of many records, which come in several steps; its rows are put behind the last. Each step's store is the
// same, which stands still.
class ContactInPieces {
 public:
  explicit ContactInPieces(ContactId id);
  ContactInPieces(ContactInPieces&&) noexcept;
  ~ContactInPieces();

  // Its next records, in log order, at least one. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<void> fold(StepContext& step, ContactApply apply_to_contact, RecordIndexes indexes);
  // No more come; only where there was one. Errors: storage_failed.
  [[nodiscard]] Result<void> finish(StepContext& step);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport

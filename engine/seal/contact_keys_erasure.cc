// How keys are destroyed: planned, done, and cleaned out of this machine's files.
#include <algorithm>

#include "engine/seal/contact_keys.h"
#include "engine/seal/key_row_kind.h"
#include "projections/store/big_endian.h"

namespace rapport {

using namespace key_row;

Result<void> ContactKeys::plan_erasure(std::span<const ContactId> contacts) {
  const std::lock_guard lock(mutex_);
  std::vector<KeyChange> changes;
  for (const ContactId contact : contacts) changes.push_back({row_of(kPlanned, contact.value), "1"});
  return rows_->commit(changes);
}

Result<void> ContactKeys::call_off_erasure(std::span<const ContactId> contacts) {
  const std::lock_guard lock(mutex_);
  for (const ContactId contact : contacts) RAPPORT_TRY(rows_->let_go(contact));
  return {};
}

Result<std::vector<PlannedErasure>> ContactKeys::planned_erasures() const {
  const std::lock_guard lock(mutex_);
  const auto all = rows_->contacts_in(kPlanned, false);
  if (!all) return all.error();
  const auto own = rows_->contacts_in(kPlanned, true);
  if (!own) return own.error();
  std::vector<PlannedErasure> out;
  for (const ContactId contact : *all) {
    out.push_back({contact, std::binary_search(own->begin(), own->end(), contact)});
  }
  return out;
}

Result<std::vector<ContactId>> ContactKeys::contacts_to_clean() const {
  const std::lock_guard lock(mutex_);
  return rows_->contacts_in(kCleaned, true);
}

Result<void> ContactKeys::clean_files() {
  RAPPORT_TRY(rows_->store().flush());
  return rows_->store().compact();
}

Result<void> ContactKeys::destroy(std::span<const ContactId> contacts, Timestamp when) {
  std::vector<std::string> rows;
  for (const ContactId contact : contacts) rows.push_back(row_of(kKey, contact.value));
  return destroy_rows(rows, when);
}

Result<void> ContactKeys::destroy_days_before(ParkedDay day, Timestamp when) {
  std::vector<std::string> rows;
  {
    Cursor cursor = rows_->store().cursor(std::string(1, kDay), row_of(kDay, day.value));
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      if (!cursor.value().starts_with(kKeyDestroyed)) rows.emplace_back(cursor.key());
    }
    RAPPORT_TRY(cursor.status());
  }
  return rows.empty() ? Result<void>() : destroy_rows(rows, when);
}

Result<void> ContactKeys::destroy_rows(const std::vector<std::string>& rows, Timestamp when) {
  {
    const std::lock_guard lock(mutex_);
    std::vector<KeyChange> changes;
    std::string destroyed(1, kKeyDestroyed);
    append_big_endian64(destroyed, static_cast<std::uint64_t>(when.ms));
    for (const std::string& row : rows) changes.push_back({row, destroyed});
    RAPPORT_TRY(rows_->commit(changes));
    for (const std::string& row : rows) forget(row);
  }
  // The old key stands in the write-ahead log and in sorted files until they are written anew.
  return clean_files();
}

}  // namespace rapport

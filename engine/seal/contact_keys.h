// The keys of contacts: what is said of a contact stands in the log enciphered under its key, and nobody reads it any
// more once that key is destroyed.
//
//   key    "k", contact (8 bytes, big-endian)   value  1, the contact's key sealed under the master key
//                                                       2, when it was destroyed (8 bytes, big-endian ms)
//   key    "y", day since 1970 (8 bytes)         value  as a contact's: of what was parked on that day (parked_seal.h)
//   key    "p", contact                          value  empty: it is being erased (engine/erase)
//   key    "m" + name                            facts: format, log, the identity key, sealed like a contact's
//
// Invariants:
// - A key is on the disk, synced, before anything sealed under it can be acknowledged.
// - A destroyed key stays destroyed: its place is taken, so that no new one is drawn for the contact.
// - What `destroy` has returned from is gone from the files too.
// Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/seal/secret_key.h"
#include "events/ids.h"
#include "events/position.h"
#include "events/timestamp.h"
#include "projections/store/store.h"

namespace rapport {

// A day on which records were parked, by the number of days since 1970-01-01 UTC.
struct ParkedDay {
  std::uint64_t value = 0;
};
ParkedDay parked_day_of(Timestamp when);

enum class KeyState : unsigned char { there, destroyed, missing };

struct FoundKey {
  KeyState state = KeyState::missing;
  SecretKey key;  // where it is there
};

class ContactKeys {
 public:
  // Made where there are none. Errors: locked, corrupt, storage_failed, wrong_format (another format, another log's, or
  // sealed under another master key); `field` is the path. Without `log` they must be there, of whichever log.
  [[nodiscard]] static Result<std::unique_ptr<ContactKeys>> open(const std::filesystem::path& directory,
                                                                 const SecretKey& master, std::optional<LogId> log);

  // Errors: storage_failed, corrupt.
  [[nodiscard]] Result<FoundKey> find(ContactId contact) const;
  // Draws a key for each that has none and had none. Errors: storage_failed.
  [[nodiscard]] Result<void> make_missing(std::span<const ContactId> contacts);
  [[nodiscard]] Result<FoundKey> find(ParkedDay day) const;
  // Drawn where there is none; one that nobody keeps where it was destroyed. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<SecretKey> key_of_day(ParkedDay day);
  // Of the hash that stands in the log for an identity.
  const SecretKey& identity_key() const { return identity_key_; }

  // Remembers that these are being erased, until their keys are destroyed or it is called off. Errors: storage_failed.
  [[nodiscard]] Result<void> plan_erasure(std::span<const ContactId> contacts);
  [[nodiscard]] Result<std::vector<ContactId>> planned_erasures() const;
  [[nodiscard]] Result<void> call_off_erasure(std::span<const ContactId> contacts);
  // Errors: storage_failed; call it again then.
  [[nodiscard]] Result<void> destroy(std::span<const ContactId> contacts, Timestamp when);

  // Destroys the keys of all days before that one. Errors: as destroy.
  [[nodiscard]] Result<void> destroy_days_before(ParkedDay day, Timestamp when);

  // Seals every key anew. Errors: storage_failed, corrupt; nothing has changed then.
  [[nodiscard]] Result<void> change_master(const SecretKey& master);
  // Takes over all keys of another log's, destroyed ones too, so that what is sealed there opens here. Into one that
  // has none; before anybody uses it. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<void> adopt(const ContactKeys& other);
  // As Store::copy_to.
  [[nodiscard]] Result<void> copy_to(const std::filesystem::path& directory) const {
    return store_->copy_to(directory);
  }

 private:
  ContactKeys(std::unique_ptr<Store> store, const SecretKey& master, std::filesystem::path path)
      : store_(std::move(store)), master_(master), path_(std::move(path)) {}
  [[nodiscard]] Result<void> read_or_make_facts(std::optional<LogId> log);
  [[nodiscard]] Result<FoundKey> read(const std::string& row) const;
  [[nodiscard]] Result<void> destroy_rows(const std::vector<std::string>& rows, Timestamp when);
  // Every row of a key, sealed under `master`.
  [[nodiscard]] Result<void> seal_all(const SecretKey& master, RowBatch& batch) const;
  [[nodiscard]] Result<void> seal_rows(char kind, const SecretKey& master, RowBatch& batch) const;
  Error damaged(const std::string& what) const;

  const std::unique_ptr<Store> store_;
  SecretKey master_;
  SecretKey identity_key_;
  const std::filesystem::path path_;

  mutable std::mutex mutex_;
  // Those met lately; all are forgotten when there are too many.
  mutable std::unordered_map<std::uint64_t, FoundKey> met_;
};

}  // namespace rapport

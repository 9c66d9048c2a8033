// The keys of contacts: what is said of a contact stands in the log enciphered under its key, and nobody reads it any
// more once that key is destroyed.
//
//   row "k", contact (8 bytes, big-endian)   the contact's key sealed under the master key, or when it was destroyed
//   row "y", day since 1970 (8 bytes)        the same of what was parked on that day (parked_seal.h)
//   row "p", contact                         it is being erased (engine/erase)
//   row "m" + name                           facts: format, log, the identity key, sealed like a contact's
//
// Several machines that serve one log share them (key_stream.h); each then has a copy (key_rows.h).
//
// Invariants:
// - A key is on the disk, synced, or with every machine's stream, before anything sealed under it can be acknowledged.
// - A destroyed key stays destroyed: its place is taken, so that no new one is drawn for the contact.
// - A copy of shared ones may be behind the others, or lack one: nothing is called damaged before the copy has been
//   brought to the stream's end, and the whole stream been read again.
// - What `destroy` has returned from is gone from this machine's files too; a stream forgets it in its own time.
// Thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/seal/key_rows.h"
#include "engine/seal/secret_key.h"
#include "events/ids.h"
#include "events/position.h"
#include "events/timestamp.h"

namespace rapport {

// A day on which records were parked, by the number of days since 1970-01-01 UTC.
struct ParkedDay {
  std::uint64_t value = 0;
};
ParkedDay parked_day_of(Timestamp when);

enum class KeyState : unsigned char { there, destroyed, missing };

struct FoundKey {
  KeyState state = KeyState::missing;
  SecretKey key;                       // where it is there
  std::vector<SecretKey> others = {};  // drawn for the same by other machines at the same time

  // As open_bytes, under whichever key it is.
  std::optional<std::string> open(std::string_view sealed, std::string_view bound) const;
};

struct Unsealed {
  KeyState state = KeyState::missing;    // of the key
  std::optional<std::string> text = {};  // where that is there; none: it is damaged
};

struct PlannedErasure {
  ContactId contact;
  bool own = true;  // planned on this machine
  friend bool operator==(const PlannedErasure&, const PlannedErasure&) = default;
};

class ContactKeys {
 public:
  // Made where there are none. Errors: locked, corrupt, storage_failed, wrong_format (another format, another log's, or
  // sealed under another master key); `field` is the path. Without `log` they must be there, of whichever log. With a
  // stream they are that's, and the directory has a copy; then errors of all: log_unavailable too.
  [[nodiscard]] static Result<std::unique_ptr<ContactKeys>> open(const std::filesystem::path& directory,
                                                                 const SecretKey& master, std::optional<LogId> log,
                                                                 std::unique_ptr<KeyStream> stream = nullptr);

  bool is_shared() const { return rows_->is_shared(); }
  // The log whose they are, and those that it was copied from, keys and all, the youngest first. Errors:
  // storage_failed, corrupt.
  [[nodiscard]] Result<std::vector<LogId>> logs() const;
  // Of shared ones, every few seconds: learns what others have written, and takes destroyed ones out of the stream.
  [[nodiscard]] Result<void> tend();
  // Of shared ones: whoever waits for the stream is soon answered log_unavailable, and so is who comes later.
  void stop();

  // Errors: storage_failed, corrupt.
  [[nodiscard]] Result<FoundKey> find(ContactId contact) const;
  // What is sealed under the contact's key, as open_bytes. Errors: as find, and of shared ones log_unavailable.
  [[nodiscard]] Result<Unsealed> unseal(ContactId contact, std::string_view sealed, std::string_view bound) const;
  // Of shared ones: whether any of them has none as far as this machine has read, so that make_missing waits for
  // others. Errors: storage_failed.
  [[nodiscard]] Result<bool> would_wait(std::span<const ContactId> contacts) const;
  // Draws a key for each that has none and had none. Errors: storage_failed.
  [[nodiscard]] Result<void> make_missing(std::span<const ContactId> contacts);
  [[nodiscard]] Result<FoundKey> find(ParkedDay day) const;
  [[nodiscard]] Result<Unsealed> unseal(ParkedDay day, std::string_view sealed, std::string_view bound) const;
  // Drawn where there is none; one that nobody keeps where it was destroyed. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<SecretKey> key_of_day(ParkedDay day);
  // Of the hash that stands in the log for an identity.
  const SecretKey& identity_key() const { return identity_key_; }

  // Remembers that these are being erased, until their keys are destroyed or it is called off. Errors: storage_failed.
  [[nodiscard]] Result<void> plan_erasure(std::span<const ContactId> contacts);
  // Planned here, or on another machine of those that share them.
  [[nodiscard]] Result<std::vector<PlannedErasure>> planned_erasures() const;
  // Whose keys were destroyed, here or elsewhere, while this machine's files are not cleaned: of shared ones alone.
  [[nodiscard]] Result<std::vector<ContactId>> contacts_to_clean() const;
  // Nothing is left to be done of the plan, or of the cleaning, on this machine.
  [[nodiscard]] Result<void> call_off_erasure(std::span<const ContactId> contacts);
  // Writes this machine's files anew without what others have destroyed. Errors: storage_failed.
  [[nodiscard]] Result<void> clean_files();
  // Errors: storage_failed; call it again then.
  [[nodiscard]] Result<void> destroy(std::span<const ContactId> contacts, Timestamp when);

  // Destroys the keys of all days before that one. Errors: as destroy.
  [[nodiscard]] Result<void> destroy_days_before(ParkedDay day, Timestamp when);

  // Seals every key anew. Errors: storage_failed, corrupt; nothing has changed then, and of shared ones it must be done
  // again, with the same key, before anybody uses them.
  [[nodiscard]] Result<void> change_master(const SecretKey& master);
  // Takes over all keys of another log's, destroyed ones too, so that what is sealed there opens here. Into one that
  // has none; before anybody uses it. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<void> adopt(const ContactKeys& other);
  // As Store::copy_to.
  [[nodiscard]] Result<void> copy_to(const std::filesystem::path& directory) const {
    return rows_->store().copy_to(directory);
  }

 private:
  ContactKeys(const SecretKey& master, std::filesystem::path path) : master_(master), path_(std::move(path)) {}
  [[nodiscard]] Result<void> read_or_make_facts(std::optional<LogId> log);
  [[nodiscard]] Result<void> make_facts(LogId log);
  [[nodiscard]] Result<FoundKey> read(const std::string& row) const;
  // With what others have written since, where nothing is here, or nothing that is whole.
  [[nodiscard]] Result<FoundKey> read_or_follow(const std::string& row) const;
  [[nodiscard]] Result<Unsealed> unseal(const std::string& row, const Result<FoundKey>& found, std::string_view sealed,
                                        std::string_view bound) const;
  bool may_read_whole() const;
  [[nodiscard]] Result<void> destroy_rows(const std::vector<std::string>& rows, Timestamp when);
  // Every row of a key, sealed under `master`.
  [[nodiscard]] Result<std::vector<KeyChange>> seal_all(const SecretKey& master) const;
  [[nodiscard]] Result<void> seal_rows(char kind, const SecretKey& master, std::vector<KeyChange>& out) const;
  void forget(const std::string& row) const;
  Error damaged(const std::string& what) const;

  std::unique_ptr<KeyRows> rows_;
  SecretKey master_;
  SecretKey identity_key_;
  const std::filesystem::path path_;

  mutable std::mutex mutex_;  // of what changes rows, or reads the stream: may wait for a cluster
  mutable std::optional<std::chrono::steady_clock::time_point> read_whole_at_;

  // Those met lately; all are forgotten when there are too many. Under a mutex of their own: who finds one waits for
  // nobody.
  std::optional<FoundKey> met(ContactId contact) const;
  std::uint64_t forgotten() const;
  // Unless any was forgotten since `forgotten` said so: this one may be of before that.
  void remember(ContactId contact, const FoundKey& found, std::uint64_t forgotten) const;
  mutable std::mutex met_mutex_;
  mutable std::unordered_map<std::uint64_t, FoundKey> met_;
  mutable std::uint64_t forgotten_ = 0;
};

}  // namespace rapport

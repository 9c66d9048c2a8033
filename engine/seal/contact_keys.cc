#include "engine/seal/contact_keys.h"

#include <algorithm>

#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::string_view kFormatKey = "mformat", kLogKey = "mlog", kIdentityKey = "midentity";
constexpr std::string_view kFormat = "rapport keys 1";
constexpr char kKey = 'k', kDay = 'y', kPlanned = 'p';
constexpr std::int64_t kDay_ms = 86'400'000;
constexpr char kThere = '\1', kDestroyed = '\2';
constexpr std::size_t kMetMax = 200'000;

std::string row_key(char kind, std::uint64_t number) {
  std::string key(1, kind);
  append_big_endian64(key, number);
  return key;
}
std::string row_key(char kind, ContactId contact) { return row_key(kind, contact.value); }
std::string row_key(ParkedDay day) { return row_key(kDay, day.value); }

std::string sealed_row(const SecretKey& master, const SecretKey& key, std::string_view row) {
  return std::string(1, kThere) + seal_bytes(master, key.view(), row);
}

std::optional<SecretKey> opened_row(const SecretKey& master, std::string_view value, std::string_view row) {
  if (value.empty() || value.front() != kThere) return std::nullopt;
  auto bytes = open_bytes(master, value.substr(1), row);
  if (!bytes || bytes->size() != SecretKey::kSize) return std::nullopt;
  SecretKey key;
  std::copy(bytes->begin(), bytes->end(), key.data());
  return key;
}

}  // namespace

ParkedDay parked_day_of(Timestamp when) {
  return {static_cast<std::uint64_t>(std::max<std::int64_t>(when.ms, 0) / kDay_ms)};
}

Result<std::unique_ptr<ContactKeys>> ContactKeys::open(const std::filesystem::path& directory, const SecretKey& master,
                                                       std::optional<LogId> log) {
  auto store = Store::open(
      {.directory = directory, .use = StoreOptions::Use::log, .cache_bytes = 8u << 20, .write_buffer_bytes = 8u << 20});
  if (!store) return store.error();
  std::unique_ptr<ContactKeys> keys(new ContactKeys(*std::move(store), master, directory));
  RAPPORT_TRY(keys->read_or_make_facts(log));
  return keys;
}

Error ContactKeys::damaged(const std::string& what) const { return {Errc::corrupt, what, path_.string()}; }

Result<void> ContactKeys::read_or_make_facts(std::optional<LogId> log) {
  const auto format = store_->get(kFormatKey);
  if (!format) return format.error();
  if (!*format) {
    if (!log) return Error{Errc::not_found, "holds no keys", path_.string()};
    identity_key_ = SecretKey::draw();
    RowBatch batch;
    batch.put(kFormatKey, kFormat);
    batch.put(kLogKey, to_string(*log));
    batch.put(kIdentityKey, sealed_row(master_, identity_key_, kIdentityKey));
    return store_->write(batch, Durability::synced);
  }
  if (**format != kFormat) {
    return Error{Errc::wrong_format, "holds '" + **format + "', this program writes '" + std::string(kFormat) + "'",
                 path_.string()};
  }
  const auto of_log = store_->get(kLogKey);
  if (!of_log) return of_log.error();
  if (log && *of_log != to_string(*log)) {
    return Error{Errc::wrong_format, "the keys are of log " + of_log->value_or("?") + ", this is " + to_string(*log),
                 path_.string()};
  }
  const auto identity = store_->get(kIdentityKey);
  if (!identity) return identity.error();
  const auto opened = opened_row(master_, identity->value_or(""), kIdentityKey);
  if (!opened) return Error{Errc::wrong_format, "the keys are sealed under another master key", path_.string()};
  identity_key_ = *opened;
  return {};
}

Result<FoundKey> ContactKeys::read(const std::string& row) const {
  const auto value = store_->get(row);
  if (!value) return value.error();
  if (!*value) return FoundKey{};
  if (!(*value)->empty() && (*value)->front() == kDestroyed) return FoundKey{KeyState::destroyed, {}};
  const auto key = opened_row(master_, **value, row);
  if (!key) {
    const std::string number = std::to_string(read_big_endian64(std::string_view(row).substr(1)));
    return damaged("the key of " + std::string(row.front() == kKey ? "contact " : "day ") + number + " does not open");
  }
  return FoundKey{KeyState::there, *key};
}

Result<FoundKey> ContactKeys::find(ContactId contact) const {
  const std::lock_guard lock(mutex_);
  if (const auto met = met_.find(contact.value); met != met_.end()) return met->second;
  auto found = read(row_key(kKey, contact));
  if (!found || found->state == KeyState::missing) return found;
  if (met_.size() >= kMetMax) met_.clear();
  met_.emplace(contact.value, *found);
  return found;
}

Result<void> ContactKeys::make_missing(std::span<const ContactId> contacts) {
  const std::lock_guard lock(mutex_);
  std::vector<ContactId> unmet;
  for (const ContactId contact : contacts) {
    if (!met_.contains(contact.value)) unmet.push_back(contact);
  }
  std::sort(unmet.begin(), unmet.end());
  unmet.erase(std::unique(unmet.begin(), unmet.end()), unmet.end());
  RowBatch batch;
  std::vector<std::pair<ContactId, SecretKey>> drawn;
  for (const ContactId contact : unmet) {
    const std::string row = row_key(kKey, contact);
    const auto found = read(row);
    if (!found) return found.error();
    if (found->state != KeyState::missing) continue;
    drawn.emplace_back(contact, SecretKey::draw());
    batch.put(row, sealed_row(master_, drawn.back().second, row));
  }
  if (drawn.empty()) return {};
  RAPPORT_TRY(store_->write(batch, Durability::synced));
  if (met_.size() + drawn.size() > kMetMax) met_.clear();
  for (const auto& [contact, key] : drawn) met_.emplace(contact.value, FoundKey{KeyState::there, key});
  return {};
}

Result<FoundKey> ContactKeys::find(ParkedDay day) const { return read(row_key(day)); }

Result<SecretKey> ContactKeys::key_of_day(ParkedDay day) {
  const std::lock_guard lock(mutex_);
  const std::string row = row_key(day);
  const auto found = read(row);
  if (!found) return found.error();
  if (found->state == KeyState::there) return found->key;
  const SecretKey key = SecretKey::draw();
  if (found->state == KeyState::destroyed) return key;
  RowBatch batch;
  batch.put(row, sealed_row(master_, key, row));
  RAPPORT_TRY(store_->write(batch, Durability::synced));
  return key;
}

Result<void> ContactKeys::plan_erasure(std::span<const ContactId> contacts) {
  RowBatch batch;
  for (const ContactId contact : contacts) batch.put(row_key(kPlanned, contact), "");
  return store_->write(batch, Durability::synced);
}

Result<void> ContactKeys::call_off_erasure(std::span<const ContactId> contacts) {
  RowBatch batch;
  for (const ContactId contact : contacts) batch.erase(row_key(kPlanned, contact));
  return store_->write(batch, Durability::synced);
}

Result<std::vector<ContactId>> ContactKeys::planned_erasures() const {
  const std::string_view prefix(&kPlanned, 1);
  std::vector<ContactId> out;
  Cursor cursor = store_->cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    out.push_back(ContactId{read_big_endian64(cursor.key().substr(1))});
  }
  RAPPORT_TRY(cursor.status());
  return out;
}

Result<void> ContactKeys::destroy(std::span<const ContactId> contacts, Timestamp when) {
  std::vector<std::string> rows;
  for (const ContactId contact : contacts) rows.push_back(row_key(kKey, contact));
  return destroy_rows(rows, when);
}

Result<void> ContactKeys::destroy_days_before(ParkedDay day, Timestamp when) {
  std::vector<std::string> rows;
  Cursor cursor = store_->cursor(std::string(1, kDay), row_key(day));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (!cursor.value().starts_with(kDestroyed)) rows.emplace_back(cursor.key());
  }
  RAPPORT_TRY(cursor.status());
  return rows.empty() ? Result<void>() : destroy_rows(rows, when);
}

Result<void> ContactKeys::destroy_rows(const std::vector<std::string>& rows, Timestamp when) {
  {
    const std::lock_guard lock(mutex_);
    RowBatch batch;
    std::string destroyed(1, kDestroyed);
    append_big_endian64(destroyed, static_cast<std::uint64_t>(when.ms));
    for (const std::string& row : rows) batch.put(row, destroyed);
    RAPPORT_TRY(store_->write(batch, Durability::synced));
    for (const std::string& row : rows) {
      if (row.front() == kKey) met_.erase(read_big_endian64(std::string_view(row).substr(1)));
    }
  }
  // The old key stands in the write-ahead log and in sorted files until they are written anew.
  RAPPORT_TRY(store_->flush());
  return store_->compact();
}

Result<void> ContactKeys::seal_all(const SecretKey& master, RowBatch& batch) const {
  batch.put(kIdentityKey, sealed_row(master, identity_key_, kIdentityKey));
  RAPPORT_TRY(seal_rows(kKey, master, batch));
  return seal_rows(kDay, master, batch);
}

Result<void> ContactKeys::seal_rows(char kind, const SecretKey& master, RowBatch& batch) const {
  const std::string_view prefix(&kind, 1);
  Cursor cursor = store_->cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (cursor.value().starts_with(kDestroyed)) {
      batch.put(cursor.key(), cursor.value());
      continue;
    }
    const auto key = opened_row(master_, cursor.value(), cursor.key());
    if (!key) return damaged("a key does not open");
    batch.put(cursor.key(), sealed_row(master, *key, cursor.key()));
  }
  return cursor.status();
}

Result<void> ContactKeys::adopt(const ContactKeys& other) {
  RowBatch batch;
  RAPPORT_TRY(other.seal_all(master_, batch));
  RAPPORT_TRY(store_->write(batch, Durability::synced));
  identity_key_ = other.identity_key_;
  return {};
}

Result<void> ContactKeys::change_master(const SecretKey& master) {
  const std::lock_guard lock(mutex_);
  RowBatch batch;
  RAPPORT_TRY(seal_all(master, batch));
  RAPPORT_TRY(store_->write(batch, Durability::synced));
  master_ = master;
  RAPPORT_TRY(store_->flush());
  return store_->compact();
}

}  // namespace rapport

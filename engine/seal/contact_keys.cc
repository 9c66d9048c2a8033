#include "engine/seal/contact_keys.h"

#include <sodium.h>

#include <algorithm>

#include "engine/seal/key_row_kind.h"
#include "projections/store/big_endian.h"

namespace rapport {

using namespace key_row;

namespace {

constexpr std::string_view kLogKey = "mlog", kIdentityKey = "midentity";
constexpr std::string_view kCopiedFromKey = "mcopiedfrom";  // logs, the youngest first, with "," between them
constexpr std::string_view kFormat = "rapport keys 1";
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kMetMax = 200'000;

std::string row_key(char kind, std::uint64_t number) {
  std::string key(1, kind);
  append_big_endian64(key, number);
  return key;
}
std::string row_key(char kind, ContactId contact) { return row_key(kind, contact.value); }
std::string row_key(ParkedDay day) { return row_key(kDay, day.value); }

std::string sealed_row(const SecretKey& master, const SecretKey& key, std::string_view row) {
  return std::string(1, kKeyThere) + seal_bytes(master, key.view(), row);
}

std::optional<SecretKey> opened_row(const SecretKey& master, std::string_view value, std::string_view row) {
  if (value.empty() || value.front() != kKeyThere) return std::nullopt;
  auto bytes = open_bytes(master, value.substr(1), row);
  if (!bytes || bytes->size() != SecretKey::kSize) return std::nullopt;
  SecretKey key;
  std::copy(bytes->begin(), bytes->end(), key.data());
  return key;
}

}  // namespace

ParkedDay parked_day_of(Timestamp when) {
  return {static_cast<std::uint64_t>(std::max<std::int64_t>(when.ms, 0) / kDayMs)};
}

std::optional<std::string> FoundKey::open(std::string_view sealed, std::string_view bound) const {
  auto text = open_bytes(key, sealed, bound);
  for (auto other = others.begin(); !text && other != others.end(); ++other) text = open_bytes(*other, sealed, bound);
  return text;
}

Result<std::unique_ptr<ContactKeys>> ContactKeys::open(const std::filesystem::path& directory, const SecretKey& master,
                                                       std::optional<LogId> log, std::unique_ptr<KeyStream> stream) {
  std::unique_ptr<ContactKeys> keys(new ContactKeys(master, directory));
  auto rows =
      KeyRows::open(directory, std::move(stream), [made = keys.get()](const std::string& row) { made->forget(row); });
  if (!rows) return rows.error();
  keys->rows_ = *std::move(rows);
  RAPPORT_TRY(keys->read_or_make_facts(log));
  return keys;
}

Error ContactKeys::damaged(const std::string& what) const { return {Errc::corrupt, what, path_.string()}; }

std::optional<FoundKey> ContactKeys::met(ContactId contact) const {
  const std::lock_guard lock(met_mutex_);
  const auto met = met_.find(contact.value);
  return met == met_.end() ? std::nullopt : std::optional(met->second);
}

std::uint64_t ContactKeys::forgotten() const {
  const std::lock_guard lock(met_mutex_);
  return forgotten_;
}

void ContactKeys::remember(ContactId contact, const FoundKey& found, std::uint64_t forgotten) const {
  const std::lock_guard lock(met_mutex_);
  if (forgotten != forgotten_) return;
  if (met_.size() >= kMetMax) met_.clear();
  met_.emplace(contact.value, found);
}

void ContactKeys::forget(const std::string& row) {
  if (row.front() != kKey) return;
  const std::lock_guard lock(met_mutex_);
  ++forgotten_;
  met_.erase(read_big_endian64(std::string_view(row).substr(1)));
}

// Two machines that make a log's at the same time make the same identity key: it follows from the master key, which
// they share, and the log. Kept all the same, since a master key changes.
Result<void> ContactKeys::make_facts(LogId log) {
  const std::string text = "identities of " + to_string(log);
  crypto_generichash(identity_key_.data(), SecretKey::kSize, reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), master_.data(), SecretKey::kSize);
  return rows_->commit({{std::string(kLogKey), to_string(log)},
                        {std::string(kIdentityKey), sealed_row(master_, identity_key_, kIdentityKey)},
                        {std::string(kFormatKey), std::string(kFormat)}});
}

Result<void> ContactKeys::read_or_make_facts(std::optional<LogId> log) {
  auto format = rows_->store().get(kFormatKey);
  if (!format) return format.error();
  if (!*format) {
    if (!log) return Error{Errc::not_found, "holds no keys", path_.string()};
    RAPPORT_TRY(make_facts(*log));
    format = rows_->store().get(kFormatKey);  // another machine may have been there too
    if (!format) return format.error();
  }
  if (*format != kFormat) {
    return Error{Errc::wrong_format,
                 "holds '" + format->value_or("") + "', this program writes '" + std::string(kFormat) + "'",
                 path_.string()};
  }
  const auto of_log = rows_->store().get(kLogKey);
  if (!of_log) return of_log.error();
  if (log && *of_log != to_string(*log)) {
    return Error{Errc::wrong_format, "the keys are of log " + of_log->value_or("?") + ", this is " + to_string(*log),
                 path_.string()};
  }
  const auto identity = rows_->store().get(kIdentityKey);
  if (!identity) return identity.error();
  const auto opened = opened_row(master_, identity->value_or(""), kIdentityKey);
  if (!opened) return Error{Errc::wrong_format, "the keys are sealed under another master key", path_.string()};
  identity_key_ = *opened;
  return {};
}

Result<void> ContactKeys::tend() {
  const std::lock_guard lock(mutex_);
  return rows_->tend();
}

Result<FoundKey> ContactKeys::read(const std::string& row) const {
  const auto values = rows_->values(row);
  if (!values) return values.error();
  if (values->empty()) return FoundKey{};
  if (values->front().starts_with(kKeyDestroyed)) return FoundKey{KeyState::destroyed, {}};
  FoundKey found{KeyState::there, {}};
  for (std::size_t i = 0; i < values->size(); ++i) {
    const auto key = opened_row(master_, (*values)[i], row);
    if (!key) {
      const std::string number = std::to_string(read_big_endian64(std::string_view(row).substr(1)));
      return damaged("the key of " + std::string(row.front() == kKey ? "contact " : "day ") + number +
                     " does not open");
    }
    if (i == 0) found.key = *key;
    if (i > 0) found.others.push_back(*key);
  }
  return found;
}

Result<FoundKey> ContactKeys::read_or_follow(const std::string& row) const {
  auto found = read(row);
  if (!found || found->state != KeyState::missing || !rows_->is_shared()) return found;
  const std::lock_guard lock(mutex_);
  RAPPORT_TRY(rows_->follow());
  return read(row);
}

Result<FoundKey> ContactKeys::find(ContactId contact) const {
  if (auto known = met(contact)) return *std::move(known);
  const std::uint64_t before = forgotten();
  auto found = read_or_follow(row_key(kKey, contact));
  if (!found || found->state == KeyState::missing) return found;
  // What was followed may be of this contact; then it is read again the next time.
  remember(contact, *found, before);
  return found;
}

Result<bool> ContactKeys::would_wait(std::span<const ContactId> contacts) const {
  if (!rows_->is_shared()) return false;
  for (const ContactId contact : contacts) {
    if (met(contact)) continue;
    const auto found = read(row_key(kKey, contact));
    if (!found) return found.error();
    if (found->state == KeyState::missing) return true;
  }
  return false;
}

Result<void> ContactKeys::make_missing(std::span<const ContactId> contacts) {
  const std::lock_guard lock(mutex_);
  std::vector<ContactId> unmet;
  for (const ContactId contact : contacts) {
    if (!met(contact)) unmet.push_back(contact);
  }
  std::sort(unmet.begin(), unmet.end());
  unmet.erase(std::unique(unmet.begin(), unmet.end()), unmet.end());
  std::vector<KeyChange> changes;
  std::vector<std::pair<ContactId, SecretKey>> drawn;
  for (const ContactId contact : unmet) {
    const std::string row = row_key(kKey, contact);
    const auto found = read(row);
    if (!found) return found.error();
    if (found->state != KeyState::missing) continue;
    drawn.emplace_back(contact, SecretKey::draw());
    changes.push_back({row, sealed_row(master_, drawn.back().second, row)});
  }
  if (drawn.empty()) return {};
  RAPPORT_TRY(rows_->commit(changes));
  // Of shared ones it is not sure yet which key is the contact's, or whether it may have one.
  if (rows_->is_shared()) return {};
  for (const auto& [contact, key] : drawn) remember(contact, FoundKey{KeyState::there, key}, forgotten());
  return {};
}

Result<FoundKey> ContactKeys::find(ParkedDay day) const { return read_or_follow(row_key(day)); }

Result<SecretKey> ContactKeys::key_of_day(ParkedDay day) {
  const std::lock_guard lock(mutex_);
  const std::string row = row_key(day);
  auto found = read(row);
  if (!found) return found.error();
  if (found->state == KeyState::missing) {
    RAPPORT_TRY(rows_->commit({{row, sealed_row(master_, SecretKey::draw(), row)}}));
    found = read(row);
    if (!found) return found.error();
  }
  return found->state == KeyState::there ? found->key : SecretKey::draw();
}

Result<void> ContactKeys::plan_erasure(std::span<const ContactId> contacts) {
  const std::lock_guard lock(mutex_);
  std::vector<KeyChange> changes;
  for (const ContactId contact : contacts) changes.push_back({row_key(kPlanned, contact), "1"});
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
  for (const ContactId contact : contacts) rows.push_back(row_key(kKey, contact));
  return destroy_rows(rows, when);
}

Result<void> ContactKeys::destroy_days_before(ParkedDay day, Timestamp when) {
  std::vector<std::string> rows;
  {
    Cursor cursor = rows_->store().cursor(std::string(1, kDay), row_key(day));
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

Result<std::vector<KeyChange>> ContactKeys::seal_all(const SecretKey& master) const {
  std::vector<KeyChange> out;
  for (const char kind : {kKey, kDay, kMore}) RAPPORT_TRY(seal_rows(kind, master, out));
  // Last: until then the old master key is the one to begin again with.
  out.push_back({std::string(kIdentityKey), sealed_row(master, identity_key_, kIdentityKey)});
  return out;
}

Result<void> ContactKeys::seal_rows(char kind, const SecretKey& master, std::vector<KeyChange>& out) const {
  const std::string_view prefix(&kind, 1);
  Cursor cursor = rows_->store().cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const std::string row(cursor.key().substr(kind == kMore ? 1 : 0, kKeyRowSize));
    std::string value(cursor.value());
    if (value.starts_with(kKeyDestroyed)) {
      out.push_back({row, std::move(value)});
      continue;
    }
    if (!value.empty()) value.front() = kKeyThere;
    auto key = opened_row(master_, value, row);
    // Begun before, and not brought to its end.
    if (!key) key = opened_row(master, value, row);
    if (!key) return damaged("a key does not open");
    out.push_back({row, sealed_row(master, *key, row), std::move(value)});
  }
  return cursor.status();
}

Result<std::vector<LogId>> ContactKeys::logs() const {
  std::vector<LogId> out;
  for (const std::string_view key : {kLogKey, kCopiedFromKey}) {
    const auto text = rows_->store().get(key);
    if (!text) return text.error();
    std::string_view left = *text ? std::string_view(**text) : std::string_view();
    while (!left.empty()) {
      const auto log = parse_log_id(left.substr(0, left.find(',')));
      if (!log) return damaged("no log's name: '" + std::string(left) + "'");
      out.push_back(*log);
      left.remove_prefix(std::min(left.size(), left.find(',')));
      if (!left.empty()) left.remove_prefix(1);
    }
  }
  return out;
}

Result<void> ContactKeys::adopt(const ContactKeys& other) {
  const std::lock_guard lock(mutex_);
  auto changes = other.seal_all(master_);
  if (!changes) return changes.error();
  const auto logs = other.logs();
  if (!logs) return logs.error();
  std::string copied_from;
  for (const LogId log : *logs) copied_from += (copied_from.empty() ? "" : ",") + to_string(log);
  changes->push_back({std::string(kCopiedFromKey), std::move(copied_from)});
  for (KeyChange& change : *changes) change.replaces.clear();  // that is nothing of ours
  RAPPORT_TRY(rows_->commit(*changes));
  identity_key_ = other.identity_key_;
  return {};
}

Result<void> ContactKeys::change_master(const SecretKey& master) {
  const std::lock_guard lock(mutex_);
  RAPPORT_TRY(rows_->follow());
  auto changes = seal_all(master);
  if (!changes) return changes.error();
  std::erase_if(*changes, [](const KeyChange& change) { return change.value->starts_with(kKeyDestroyed); });
  RAPPORT_TRY(rows_->commit(*changes));
  master_ = master;
  return clean_files();
}

}  // namespace rapport

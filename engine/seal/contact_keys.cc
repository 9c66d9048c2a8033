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
constexpr std::chrono::minutes kReadWholeInterval{10};  // what is damaged is not found by reading all the time

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

Result<Unsealed> unsealed(const Result<FoundKey>& found, std::string_view sealed, std::string_view bound) {
  if (!found) return found.error();
  Unsealed out{found->state};
  if (found->state == KeyState::there) out.text = found->open(sealed, bound);
  return out;
}

bool is_damaged(const Result<Unsealed>& unsealed) {
  if (!unsealed) return unsealed.error().code == Errc::corrupt;
  return unsealed->state == KeyState::missing || (unsealed->state == KeyState::there && !unsealed->text);
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

void ContactKeys::forget(const std::string& row) const {
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

void ContactKeys::stop() { rows_->stop(); }

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
  // A key that is sealed anew may be read in the middle of that.
  const bool is_sure = found ? found->state != KeyState::missing : found.error().code != Errc::corrupt;
  if (is_sure || !rows_->is_shared()) return found;
  const std::lock_guard lock(mutex_);
  RAPPORT_TRY(rows_->follow());
  return read(row);
}

Result<FoundKey> ContactKeys::find(ContactId contact) const {
  if (auto known = met(contact)) return *std::move(known);
  const std::uint64_t before = forgotten();
  auto found = read_or_follow(row_of(kKey, contact.value));
  if (!found || found->state == KeyState::missing) return found;
  // What was followed may be of this contact; then it is read again the next time.
  remember(contact, *found, before);
  return found;
}

Result<Unsealed> ContactKeys::unseal(ContactId contact, std::string_view sealed, std::string_view bound) const {
  return unseal(row_of(kKey, contact.value), find(contact), sealed, bound);
}

// What this copy has not read yet, or lacks for whatever reason, is no damage.
Result<Unsealed> ContactKeys::unseal(const std::string& row, const Result<FoundKey>& found, std::string_view sealed,
                                     std::string_view bound) const {
  auto out = unsealed(found, sealed, bound);
  if (!is_damaged(out) || !rows_->is_shared()) return out;
  const std::lock_guard lock(mutex_);
  forget(row);
  RAPPORT_TRY(rows_->follow());
  out = unsealed(read(row), sealed, bound);
  if (!is_damaged(out) || !may_read_whole()) return out;
  RAPPORT_TRY(rows_->follow_from_start());
  read_whole_at_ = std::chrono::steady_clock::now();
  return unsealed(read(row), sealed, bound);
}

bool ContactKeys::may_read_whole() const {
  return !read_whole_at_ || std::chrono::steady_clock::now() - *read_whole_at_ >= kReadWholeInterval;
}

Result<bool> ContactKeys::would_wait(std::span<const ContactId> contacts) const {
  if (!rows_->is_shared()) return false;
  for (const ContactId contact : contacts) {
    if (met(contact)) continue;
    const auto found = read(row_of(kKey, contact.value));
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
    const std::string row = row_of(kKey, contact.value);
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

Result<FoundKey> ContactKeys::find(ParkedDay day) const { return read_or_follow(row_of(kDay, day.value)); }

Result<Unsealed> ContactKeys::unseal(ParkedDay day, std::string_view sealed, std::string_view bound) const {
  return unseal(row_of(kDay, day.value), find(day), sealed, bound);
}

Result<SecretKey> ContactKeys::key_of_day(ParkedDay day) {
  const std::lock_guard lock(mutex_);
  const std::string row = row_of(kDay, day.value);
  auto found = read(row);
  if (!found) return found.error();
  if (found->state == KeyState::missing) {
    RAPPORT_TRY(rows_->commit({{row, sealed_row(master_, SecretKey::draw(), row)}}));
    found = read(row);
    if (!found) return found.error();
  }
  return found->state == KeyState::there ? found->key : SecretKey::draw();
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

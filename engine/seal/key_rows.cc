#include "engine/seal/key_rows.h"

#include <sodium.h>

#include <set>
#include <utility>

#include "engine/seal/key_row_kind.h"
#include "projections/store/big_endian.h"

namespace rapport {

using namespace key_row;

namespace {

constexpr std::size_t kIdSize = 8;
constexpr char kThereAndMore = '\3';
constexpr std::string_view kPositionKey = "sposition", kMachineKey = "smachine";
constexpr std::size_t kUnwrittenMax = 10'000;

bool is_key_row(std::string_view row) {
  return row.size() == kKeyRowSize && (row.front() == kKey || row.front() == kDay);
}
// A sealed key begins with its nonce.
std::string id_of(std::string_view value) { return std::string(value.substr(1, kIdSize)); }
bool is_there(std::string_view value) {
  return value.size() > kIdSize && (value.front() == kKeyThere || value.front() == kThereAndMore);
}
std::string with_first(char first, std::string value) {
  value.front() = first;
  return value;
}

Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& directory) {
  return Store::open(
      {.directory = directory, .use = StoreOptions::Use::log, .cache_bytes = 8u << 20, .write_buffer_bytes = 8u << 20});
}

Result<KeysHere> keys_in(const Store& store) {
  const auto format = store.get(kFormatKey);
  if (!format) return format.error();
  const auto machine = store.get(kMachineKey);
  if (!machine) return machine.error();
  if (!*format) return KeysHere::none;
  return *machine ? KeysHere::copied : KeysHere::own;
}

}  // namespace

Result<KeysHere> KeyRows::in(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error) && !error) return KeysHere::none;
  const auto store = open_store(directory);
  return store ? keys_in(**store) : Result<KeysHere>(store.error());
}

Result<std::unique_ptr<KeyRows>> KeyRows::open(const std::filesystem::path& directory,
                                               std::unique_ptr<KeyStream> stream,
                                               std::function<void(const std::string& row)> changed) {
  auto store = open_store(directory);
  if (!store) return store.error();
  const auto here = keys_in(**store);
  if (!here) return here.error();
  if (*here == KeysHere::copied && stream == nullptr) {
    return Error{Errc::wrong_format, "holds a copy of keys that machines share, and not the keys", directory.string()};
  }
  if (*here == KeysHere::own && stream != nullptr) {
    return Error{Errc::wrong_format, "holds keys of its own, and those of the log are shared", directory.string()};
  }
  std::unique_ptr<KeyRows> rows(new KeyRows(*std::move(store), std::move(stream), std::move(changed)));
  if (rows->is_shared()) RAPPORT_TRY(rows->begin_following());
  return rows;
}

Result<void> KeyRows::begin_following() {
  const auto machine = store_->get(kMachineKey);
  if (!machine) return machine.error();
  const auto position = store_->get(kPositionKey);
  if (!position) return position.error();
  if (*machine && *position) {
    machine_ = **machine;
    position_ = Offset{static_cast<std::int64_t>(read_big_endian64(**position)) - 1};
  } else {
    RAPPORT_TRY(forget_all());
  }
  return follow();
}

// As a machine that was never there.
Result<void> KeyRows::forget_all() {
  RowBatch batch;
  {
    Cursor cursor = store_->cursor({}, {});
    for (cursor.seek_first(); cursor.valid(); cursor.next()) batch.erase(cursor.key());
    RAPPORT_TRY(cursor.status());
  }
  machine_.resize(kIdSize);
  randombytes_buf(machine_.data(), machine_.size());
  batch.put(kMachineKey, machine_);
  position_ = Offset{-1};
  return write(batch, Durability::synced);
}

Result<std::optional<std::string>> KeyRows::get(const std::string& key) const {
  if (const auto at = unwritten_.find(key); at != unwritten_.end()) return at->second;
  return store_->get(key);
}

Result<std::vector<std::string>> KeyRows::values(const std::string& row) const {
  std::vector<std::string> out;
  const auto value = store_->get(row);
  if (!value) return value.error();
  if (*value && !is_there(**value)) return std::vector{**value};
  if (*value) out.push_back(with_first(kKeyThere, **value));
  // Without a first: earlier versions left the others so, when that was sealed anew.
  if (*value ? (*value)->front() == kKeyThere : !is_shared()) return out;
  const std::string more = kMore + row;
  Cursor cursor = store_->cursor(more, prefix_end(more));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) out.emplace_back(cursor.value());
  RAPPORT_TRY(cursor.status());
  return out;
}

Result<void> KeyRows::commit(const std::vector<KeyChange>& changes) {
  if (!is_shared()) return commit_own(changes);
  std::vector<KeyRecord> records;
  for (const auto& [row, value, replaces] : changes) {
    const bool named = is_key_row(row) && value && is_there(*value);
    const std::string suffix = named ? id_of(*value) : row.front() == kPlanned ? machine_ : "";
    records.push_back({row + suffix, value});
  }
  // Behind the new ones: whoever reads half of it has both.
  for (const auto& [row, value, replaces] : changes) {
    if (!replaces.empty()) records.push_back({row + id_of(replaces), std::nullopt});
  }
  RAPPORT_TRY(stream_->append(records));
  RAPPORT_TRY(follow());
  return bury();
}

// As what a stream says, at once.
Result<void> KeyRows::commit_own(const std::vector<KeyChange>& changes) {
  unwritten_.clear();
  for (const auto& [row, value, replaces] : changes) {
    if (!is_key_row(row)) {
      put(row, value);
    } else if (value && value->starts_with(kKeyDestroyed)) {
      RAPPORT_TRY(take_destroyed(row, *value));
    } else if (value && is_there(*value)) {
      RAPPORT_TRY(take_key(row, id_of(*value), value));
    }
    if (!replaces.empty()) RAPPORT_TRY(take_key(row, id_of(replaces), std::nullopt));
  }
  changed_rows_.clear();  // whoever commits knows
  RowBatch batch;
  for (const auto& [key, value] : unwritten_) value ? batch.put(key, *value) : batch.erase(key);
  unwritten_.clear();
  return write(batch, Durability::synced);
}

Result<void> KeyRows::follow() {
  if (!is_shared()) return {};
  auto read = read_stream();
  if (!read && read.error().code == Errc::position_gone) {
    // The stream was made anew, or this is a copy of it from another place.
    RAPPORT_TRY(forget_all());
    read = read_stream();
  }
  return read;
}

// Taking a record a second time changes nothing; what was replaced comes back for as long as this reads.
Result<void> KeyRows::follow_from_start() {
  position_ = Offset{-1};
  return follow();
}

void KeyRows::stop() {
  if (is_shared()) stream_->stop();
}

Result<void> KeyRows::read_stream() {
  unwritten_.clear();
  changed_rows_.clear();
  const auto reached =
      stream_->read(position_, [this](Offset offset, const KeyRecord& record) { return take(offset, record); });
  if (!reached) return reached.error();
  return *reached == position_ ? Result<void>() : write(*reached);
}

// A disk that was full may have room again.
Result<void> KeyRows::write(const RowBatch& batch, Durability durability) {
  RAPPORT_TRY(store_->resume());
  return store_->write(batch, durability);
}

// Not synced: what is lost is read again.
Result<void> KeyRows::write(Offset reached) {
  RowBatch batch;
  for (const auto& [key, value] : unwritten_) value ? batch.put(key, *value) : batch.erase(key);
  std::string position;
  append_big_endian64(position, static_cast<std::uint64_t>(reached.value + 1));
  batch.put(kPositionKey, position);
  RAPPORT_TRY(write(batch, Durability::buffered));
  unwritten_.clear();
  position_ = reached;
  // Once it stands there: who asks before is told what was.
  for (const std::string& row : std::exchange(changed_rows_, {})) changed_(row);
  return {};
}

Result<void> KeyRows::take(Offset offset, const KeyRecord& record) {
  const auto& [key, value] = record;
  const char kind = key.empty() ? '\0' : key.front();
  const std::string row = key.substr(0, kKeyRowSize);
  if (is_key_row(key) && value && value->starts_with(kKeyDestroyed)) {
    RAPPORT_TRY(take_destroyed(row, *value));
  } else if (is_key_row(row) && key.size() == kKeyRowSize + kIdSize) {
    RAPPORT_TRY(take_key(row, key.substr(kKeyRowSize), value));
  } else if ((kind == kPlanned && key.size() == kKeyRowSize + kIdSize) || kind == kFact) {
    put(key, value);
  }
  return unwritten_.size() < kUnwrittenMax ? Result<void>() : write(offset);
}

Result<void> KeyRows::take_key(const std::string& row, const std::string& id, const std::optional<std::string>& value) {
  const auto first = get(row);
  if (!first) return first.error();
  const bool is_first = *first && is_there(**first) && id_of(**first) == id;
  if (!value) {
    if (is_shared()) put(kBuried + row + id, std::nullopt);
    if (is_first) {
      RAPPORT_TRY(replace_first(row));
    } else {
      put(kMore + row + id, std::nullopt);
    }
  } else if (!is_there(*value)) {
    return {};  // none of ours
  } else if (!*first) {
    const auto others = others_of(row);
    if (!others) return others.error();
    put(row, with_first(others->empty() ? kKeyThere : kThereAndMore, *value));
  } else if (!is_there(**first)) {
    if (is_shared()) put(kBuried + row + id, "");
  } else if (!is_first) {
    put(row, with_first(kThereAndMore, **first));
    put(kMore + row + id, *value);
  }
  changed_rows_.push_back(row);
  return {};
}

// One of the others takes its place: all machines have all of them, so it is no matter which.
Result<void> KeyRows::replace_first(const std::string& row) {
  const auto others = others_of(row);
  if (!others) return others.error();
  if (others->empty()) {
    put(row, std::nullopt);
    return {};
  }
  const auto value = get(others->front());
  if (!value) return value.error();
  put(row, with_first(others->size() > 1 ? kThereAndMore : kKeyThere, value->value_or("")));
  put(others->front(), std::nullopt);
  return {};
}

// Of a row's keys, those that are not its first: where they stand.
Result<std::vector<std::string>> KeyRows::others_of(const std::string& row) const {
  const std::string prefix = kMore + row;
  std::set<std::string> others;
  Cursor cursor = store_->cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) others.emplace(cursor.key());
  RAPPORT_TRY(cursor.status());
  for (auto at = unwritten_.lower_bound(prefix); at != unwritten_.end() && at->first.starts_with(prefix); ++at) {
    at->second ? (void)others.insert(at->first) : (void)others.erase(at->first);
  }
  return std::vector<std::string>(others.begin(), others.end());
}

Result<void> KeyRows::take_destroyed(const std::string& row, const std::string& value) {
  const auto first = get(row);
  if (!first) return first.error();
  const auto others = others_of(row);
  if (!others) return others.error();
  for (const std::string& other : *others) put(other, std::nullopt);
  put(row, value);
  changed_rows_.push_back(row);
  if (!is_shared()) return {};
  if (*first && is_there(**first)) put(kBuried + row + id_of(**first), "");
  for (const std::string& other : *others) put(kBuried + other.substr(1), "");
  if (row.front() == kKey) put(kCleaned + row.substr(1), "");
  return {};
}

// Every machine that knows of a destroyed key's record takes it out: which one comes first is no matter.
Result<void> KeyRows::bury() {
  std::vector<KeyRecord> records;
  const std::string_view prefix(&kBuried, 1);
  {
    Cursor cursor = store_->cursor(prefix, prefix_end(prefix));
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      records.push_back({std::string(cursor.key().substr(1)), std::nullopt});
    }
    RAPPORT_TRY(cursor.status());
  }
  if (records.empty()) return {};
  RAPPORT_TRY(stream_->append(records));
  return follow();
}

Result<void> KeyRows::tend() {
  if (!is_shared()) return {};
  RAPPORT_TRY(follow());
  RAPPORT_TRY(bury());
  return stream_->tend();
}

Result<std::vector<ContactId>> KeyRows::contacts_in(char kind, bool own) const {
  std::vector<ContactId> out;
  const std::string_view prefix(&kind, 1);
  Cursor cursor = store_->cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (cursor.key().size() < kKeyRowSize) continue;
    const bool others = cursor.key().size() > kKeyRowSize && cursor.key().substr(kKeyRowSize) != machine_;
    if (own && others) continue;
    const ContactId contact{read_big_endian64(cursor.key().substr(1, 8))};
    if (out.empty() || out.back() != contact) out.push_back(contact);
  }
  RAPPORT_TRY(cursor.status());
  return out;
}

Result<void> KeyRows::let_go(ContactId contact) {
  std::string number;
  append_big_endian64(number, contact.value);
  const std::string planned = kPlanned + number;
  if (!is_shared()) return commit({{planned, std::nullopt}});
  const auto key = store_->get(kKey + number);
  if (!key) return key.error();
  const bool destroyed = *key && !is_there(**key);
  std::vector<KeyRecord> records;
  {
    Cursor cursor = store_->cursor(planned, prefix_end(planned));
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      if (!destroyed && cursor.key().substr(kKeyRowSize) != machine_) continue;
      records.push_back({std::string(cursor.key()), std::nullopt});
    }
    RAPPORT_TRY(cursor.status());
  }
  RowBatch batch;
  batch.erase(kCleaned + number);
  RAPPORT_TRY(write(batch, Durability::buffered));
  if (records.empty()) return {};
  RAPPORT_TRY(stream_->append(records));
  return follow();
}

}  // namespace rapport

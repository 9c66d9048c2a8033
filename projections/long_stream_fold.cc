#include "projections/long_stream_fold.h"

#include <limits>

#include "projections/contact_index.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();  // of states: there is one alone
constexpr std::size_t kCacheBytes = 8u << 20, kWriteBufferBytes = 16u << 20;
constexpr std::size_t kCopiedBytes = 1u << 20;  // at once

bool is_of_stream(std::string_view key) { return static_cast<RowKind>(key.front()) != RowKind::meta; }

std::vector<std::pair<std::string, std::string>> row_ranges(const Subject& subject) {
  if (const auto* contact = std::get_if<ContactId>(&subject)) return contact_row_ranges(*contact);
  const std::string stream = stream_key(subject);
  std::vector<std::pair<std::string, std::string>> ranges;
  for (const std::string& prefix : {state_key(stream), timeline_prefix(stream), seen_prefix(stream)}) {
    ranges.emplace_back(prefix, prefix_end(prefix));
  }
  return ranges;
}

// The index rows that a contact has, which its state says.
Result<void> put_index_rows(const IndexCatalog& indexes, ContactId contact, std::string_view state_row,
                            RowBatch& batch) {
  const auto state = decode_contact(state_row);
  if (!state) return state.error();
  const IndexEntries entries(indexes, contact, *state, IndexScope::all);
  for (std::size_t i = 0; i < entries.size(); ++i) batch.put(entries[i], {});
  return {};
}

}  // namespace

LongStreamFold::LongStreamFold(std::filesystem::path directory, std::unique_ptr<Store> store, const StreamsFold& how)
    : directory_(std::move(directory)),
      store_(std::move(store)),
      memory_{StateCache(kAll), {}, {}, std::make_shared<const ControlState>(), how.indexes, how.apply_to_contact} {}

LongStreamFold::~LongStreamFold() {
  begun_.reset();
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<std::unique_ptr<LongStreamFold>> LongStreamFold::begin(const std::filesystem::path& directory,
                                                              const StreamsFold& how,
                                                              const std::optional<Subject>& subject) {
  std::error_code failed;
  std::filesystem::remove_all(directory, failed);  // what a kill left, of this stream or of another
  if (failed) return storage_error(directory, "cannot be deleted", failed.value());
  std::filesystem::create_directories(directory, failed);
  auto store =
      Store::open({.directory = directory, .cache_bytes = kCacheBytes, .write_buffer_bytes = kWriteBufferBytes});
  if (!store) return store.error();
  std::unique_ptr<LongStreamFold> fold(new LongStreamFold(directory, *std::move(store), how));
  if (how.onto != nullptr && subject) RAPPORT_TRY(fold->copy_rows(*how.onto, *subject));
  fold->begun_ = fold->store_->snapshot();
  return fold;
}

Result<void> LongStreamFold::copy_rows(const Store& onto, const Subject& subject) {
  RowBatch batch;
  for (const auto& [from, to] : row_ranges(subject)) {
    Cursor cursor = onto.cursor(from, to);
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      batch.put(cursor.key(), cursor.value());
      if (batch.size_bytes() < kCopiedBytes) continue;
      RAPPORT_TRY(store_->write(batch, Durability::unlogged));
      batch.clear();
    }
    RAPPORT_TRY(cursor.status());
  }
  if (const auto* contact = std::get_if<ContactId>(&subject)) {
    const auto state = onto.get(state_key(stream_key(*contact)));
    if (!state) return state.error();
    if (*state) RAPPORT_TRY(put_index_rows(memory_.indexes, *contact, **state, batch));
  }
  return store_->write(batch, Durability::unlogged);
}

Result<void> LongStreamFold::fold(std::span<FoldRecord> records) {
  RowBuffer rows;
  const auto outcomes = fold_step(*store_, memory_, records, rows);
  if (!outcomes) return outcomes.error();
  RowBatch batch;
  rows.move_into(batch);
  RAPPORT_TRY(store_->write(batch, Durability::unlogged));
  memory_.cache.end_step();
  return {};
}

Result<void> LongStreamFold::hand_over(std::size_t piece_bytes,
                                       const std::function<Result<void>(FoldedStreams&)>& take) {
  FoldedStreams piece;
  for (const auto& [partition, reached] : memory_.checkpoints) piece.checkpoints[partition].add_streams(reached);
  RAPPORT_TRY(piece.buckets.add_stored(*store_));
  const auto take_if_full = [&]() -> Result<void> {
    if (piece.rows.size_bytes() < piece_bytes) return {};
    RAPPORT_TRY(take(piece));
    piece = FoldedStreams();
    return {};
  };
  Cursor before = store_->cursor({}, {}, begun_.get()), now = store_->cursor({}, {});
  before.seek_first();
  now.seek_first();
  while (before.valid() || now.valid()) {
    const bool is_gone = before.valid() && (!now.valid() || before.key() < now.key());
    const bool was_there = before.valid() && now.valid() && before.key() == now.key();
    if (is_gone) {
      if (is_of_stream(before.key())) piece.rows.erase(before.key());
    } else if (is_of_stream(now.key()) && !(was_there && before.value() == now.value())) {
      piece.rows.put(now.key(), now.value());
    }
    if (is_gone || was_there) before.next();
    if (!is_gone) now.next();
    RAPPORT_TRY(take_if_full());
  }
  RAPPORT_TRY(before.status());
  RAPPORT_TRY(now.status());
  return take(piece);
}

}  // namespace rapport

#include "projections/long_stream_fold.h"

#include <limits>

#include "projections/key_layout.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();  // of states: there is one alone
constexpr std::size_t kCacheBytes = 8u << 20, kWriteBufferBytes = 16u << 20;

bool is_of_stream(std::string_view key) { return static_cast<RowKind>(key.front()) != RowKind::meta; }

}  // namespace

LongStreamFold::LongStreamFold(std::filesystem::path directory, std::unique_ptr<Store> store, const NewStreamsFold& how)
    : directory_(std::move(directory)),
      store_(std::move(store)),
      memory_{StateCache(kAll), {}, {}, std::make_shared<const ControlState>(), how.indexes, how.apply_to_contact} {}

LongStreamFold::~LongStreamFold() {
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<std::unique_ptr<LongStreamFold>> LongStreamFold::begin(const std::filesystem::path& directory,
                                                              const NewStreamsFold& how) {
  std::error_code failed;
  std::filesystem::remove_all(directory, failed);  // what a kill left, of this stream or of another
  if (failed) return storage_error(directory, "cannot be deleted", failed.value());
  std::filesystem::create_directories(directory, failed);
  auto store =
      Store::open({.directory = directory, .cache_bytes = kCacheBytes, .write_buffer_bytes = kWriteBufferBytes});
  if (!store) return store.error();
  return std::unique_ptr<LongStreamFold>(new LongStreamFold(directory, *std::move(store), how));
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

Result<void> LongStreamFold::hand_over(std::size_t piece_bytes, const std::function<Result<void>(NewStreams&)>& take) {
  NewStreams piece;
  for (const auto& [partition, reached] : memory_.checkpoints) piece.checkpoints[partition].add_streams(reached);
  RAPPORT_TRY(piece.buckets.add_stored(*store_));
  std::size_t bytes = 0;
  Cursor cursor = store_->cursor({}, {});
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (!is_of_stream(cursor.key())) continue;
    piece.rows.put(cursor.key(), cursor.value());
    bytes += cursor.key().size() + cursor.value().size();
    if (bytes < piece_bytes) continue;
    RAPPORT_TRY(take(piece));
    piece = NewStreams();
    bytes = 0;
  }
  RAPPORT_TRY(cursor.status());
  return take(piece);
}

}  // namespace rapport

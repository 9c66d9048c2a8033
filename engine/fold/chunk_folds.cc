#include "engine/fold/chunk_folds.h"

#include <chrono>
#include <utility>

namespace rapport {
namespace {

constexpr std::size_t kSparePerThread = 2;

// A thread's, not a chunk's: many chunks wait for one before them.
std::vector<FoldRecord>& decoded_here() {
  thread_local std::vector<FoldRecord> decoded;
  return decoded;
}

}  // namespace

ChunkFolds::ChunkFolds(const EventLog& log, const StreamsFold& how, std::size_t threads)
    : log_(log), how_(how), spares_max_(threads * kSparePerThread), workers_("refold", threads) {}

bool ChunkFolds::is_ready() const {
  return !empty() && folding_.front().wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void ChunkFolds::add(RecordBatch& records) {
  const std::size_t records_bytes = records.size_bytes();
  post(records_bytes, [this, records = std::exchange(records, spare_records())](Chunk& chunk) mutable {
    return fold_streams(chunk, records);
  });
}

void ChunkFolds::add_stream(std::vector<RecordBatch> pieces) {
  std::size_t records_bytes = 0;
  for (const RecordBatch& piece : pieces) records_bytes += piece.size_bytes();
  post(records_bytes, [this, pieces = std::move(pieces)](Chunk& chunk) mutable { return fold_stream(chunk, pieces); });
}

void ChunkFolds::post(std::size_t records_bytes, std::function<Result<void>(Chunk&)> fold) {
  ChunkPtr chunk;
  if (spare_.empty()) {
    chunk = std::make_unique<Chunk>(log_);
  } else {
    chunk = std::move(spare_.back());
    spare_.pop_back();
  }
  chunk->records_bytes = records_bytes;
  folding_bytes_ += records_bytes;
  const auto task = std::make_shared<std::packaged_task<Result<ChunkPtr>()>>(
      [fold = std::move(fold), chunk = std::move(chunk)]() mutable -> Result<ChunkPtr> {
        RAPPORT_TRY(fold(*chunk));
        return std::move(chunk);
      });
  folding_.push_back(task->get_future());
  workers_.post([task] { (*task)(); });
}

Result<void> ChunkFolds::fold_streams(Chunk& chunk, RecordBatch& records) {
  auto& decoded = decoded_here();
  chunk.decoder.decode_into(decoded, records);
  RAPPORT_TRY(fold_whole_streams(how_, decoded, chunk.rows));
  keep_spare(std::move(records));
  return {};
}

Result<void> ChunkFolds::fold_stream(Chunk& chunk, std::vector<RecordBatch>& pieces) {
  auto& decoded = decoded_here();
  StreamInPieces stream(how_, chunk.rows);
  for (RecordBatch& piece : pieces) {
    chunk.decoder.decode_into(decoded, piece);
    RAPPORT_TRY(stream.fold(decoded));
    keep_spare(std::move(piece));
  }
  return stream.finish();
}

Result<void> ChunkFolds::take(const std::function<Result<void>(FoldedStreams&)>& read) {
  auto folded = folding_.front().get();
  folding_.pop_front();
  if (!folded) return folded.error();
  ChunkPtr chunk = *std::move(folded);
  folding_bytes_ -= chunk->records_bytes;
  RAPPORT_TRY(read(chunk->rows));
  chunk->rows.checkpoints.clear();
  chunk->rows.buckets = {};
  if (spare_.size() < spares_max_) spare_.push_back(std::move(chunk));
  return {};
}

void ChunkFolds::keep_spare(RecordBatch&& records) {
  records.clear();
  const std::lock_guard lock(spare_records_mutex_);
  if (spare_records_.size() < spares_max_) spare_records_.push_back(std::move(records));
}

RecordBatch ChunkFolds::spare_records() {
  const std::lock_guard lock(spare_records_mutex_);
  if (spare_records_.empty()) return {};
  RecordBatch spare = std::move(spare_records_.back());
  spare_records_.pop_back();
  return spare;
}

}  // namespace rapport

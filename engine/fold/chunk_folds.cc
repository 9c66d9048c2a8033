#include "engine/fold/chunk_folds.h"

#include <chrono>
#include <utility>

namespace rapport {
namespace {

constexpr std::size_t kSparePerThread = 2;

}  // namespace

ChunkFolds::ChunkFolds(const EventLog& log, const StreamsFold& how, std::size_t threads)
    : log_(log), how_(how), spares_max_(threads * kSparePerThread), workers_("refold", threads) {}

bool ChunkFolds::is_ready() const {
  return !empty() && folding_.front().wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void ChunkFolds::add(RecordBatch& records) {
  ChunkPtr chunk;
  if (spare_.empty()) {
    chunk = std::make_unique<Chunk>(log_);
  } else {
    chunk = std::move(spare_.back());
    spare_.pop_back();
  }
  std::swap(chunk->records, records);
  folding_bytes_ += chunk->records.size_bytes();
  const auto fold = std::make_shared<std::packaged_task<Result<ChunkPtr>()>>(
      [how = how_, chunk = std::move(chunk)]() mutable -> Result<ChunkPtr> {
        thread_local std::vector<FoldRecord> decoded;  // not the chunk's: many wait for one before them
        chunk->decoder.decode_into(decoded, chunk->records);
        RAPPORT_TRY(fold_whole_streams(how, decoded, chunk->rows));
        return std::move(chunk);
      });
  folding_.push_back(fold->get_future());
  workers_.post([fold] { (*fold)(); });
}

Result<void> ChunkFolds::take(const std::function<Result<void>(FoldedStreams&)>& read) {
  auto folded = folding_.front().get();
  folding_.pop_front();
  if (!folded) return folded.error();
  ChunkPtr chunk = *std::move(folded);
  folding_bytes_ -= chunk->records.size_bytes();
  RAPPORT_TRY(read(chunk->rows));
  chunk->records.clear();
  chunk->rows.checkpoints.clear();
  chunk->rows.buckets = {};
  if (spare_.size() < spares_max_) spare_.push_back(std::move(chunk));
  return {};
}

}  // namespace rapport

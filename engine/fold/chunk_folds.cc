#include "engine/fold/chunk_folds.h"

#include <utility>

namespace rapport {

ChunkFolds::ChunkFolds(const EventLog& log, const NewStreamsFold& how, std::size_t threads)
    : log_(log), how_(how), workers_(threads) {}

void ChunkFolds::add(RecordBatch& records) {
  ChunkPtr chunk;
  if (spare_.empty()) {
    chunk = std::make_unique<Chunk>(log_);
  } else {
    chunk = std::move(spare_.back());
    spare_.pop_back();
  }
  std::swap(chunk->records, records);
  const auto fold = std::make_shared<std::packaged_task<Result<ChunkPtr>()>>(
      [how = how_, chunk = std::move(chunk)]() mutable -> Result<ChunkPtr> {
        std::vector<FoldRecord> decoded = chunk->decoder.decode(chunk->records);
        RAPPORT_TRY(fold_new_streams(how, decoded, chunk->rows));
        return std::move(chunk);
      });
  folding_.push_back(fold->get_future());
  workers_.post([fold] { (*fold)(); });
}

Result<void> ChunkFolds::take(const std::function<Result<void>(NewStreams&)>& read) {
  auto folded = folding_.front().get();
  folding_.pop_front();
  if (!folded) return folded.error();
  ChunkPtr chunk = *std::move(folded);
  RAPPORT_TRY(read(chunk->rows));
  chunk->records.clear();
  chunk->rows.checkpoints.clear();
  chunk->rows.buckets = {};
  spare_.push_back(std::move(chunk));
  return {};
}

}  // namespace rapport

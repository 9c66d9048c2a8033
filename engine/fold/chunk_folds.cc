#include "engine/fold/chunk_folds.h"

#include "engine/fold/record_decoder.h"

namespace rapport {
namespace {

template <class T>
T take_last(std::vector<T>& from) {
  T last = std::move(from.back());
  from.pop_back();
  return last;
}

}  // namespace

ChunkFolds::ChunkFolds(const EventLog& log, const NewStreamsFold& how, std::size_t threads) : log_(log), how_(how) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

ChunkFolds::~ChunkFolds() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

void ChunkFolds::add(RecordBatch& chunk) {
  const std::lock_guard lock(mutex_);
  Chunk& added = waiting_.emplace_back();
  folding_.push_back(added.folded.get_future());
  if (!spare_batches_.empty()) added.records = take_last(spare_batches_);
  std::swap(added.records, chunk);
  changed_.notify_one();
}

Result<ChunkFolds::Rows> ChunkFolds::take() {
  auto oldest = std::move(folding_.front());
  folding_.pop_front();
  return oldest.get();
}

void ChunkFolds::give_back(Rows rows) {
  rows->checkpoints.clear();
  rows->buckets = {};
  const std::lock_guard lock(mutex_);
  spare_rows_.push_back(std::move(rows));
}

void ChunkFolds::run() {
  RecordDecoder decoder(log_);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Chunk chunk = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    try {
      chunk.folded.set_value(fold(decoder, chunk.records));
    } catch (...) {
      chunk.folded.set_exception(std::current_exception());
    }
    chunk.records.clear();
    lock.lock();
    spare_batches_.push_back(std::move(chunk.records));
  }
}

Result<ChunkFolds::Rows> ChunkFolds::fold(RecordDecoder& decoder, const RecordBatch& records) {
  Rows rows;
  {
    const std::lock_guard lock(mutex_);
    if (!spare_rows_.empty()) rows = take_last(spare_rows_);
  }
  if (!rows) rows = std::make_unique<NewStreams>();
  std::vector<FoldRecord> decoded = decoder.decode(records);
  RAPPORT_TRY(fold_new_streams(how_, decoded, *rows));
  return rows;
}

}  // namespace rapport

#include "engine/fold/sorted_refold.h"

#include <future>
#include <thread>

#include "engine/fold/chunk_folds.h"
#include "engine/fold/record_decoder.h"
#include "engine/fold/spilled_record.h"
#include "projections/generation_builder.h"
#include "projections/long_stream_fold.h"

namespace rapport {
namespace {

constexpr std::size_t kRecordBytesMostly = 4u << 10;
constexpr ReadLimits kRead{.records_max = 20'000, .bytes_max = 8u << 20};

// The records from `begin` to `end`.
RecordBatch part_of(const RecordBatch& records, std::size_t begin, std::size_t end) {
  RecordBatch part;
  for (std::size_t i = begin; i < end; ++i) {
    const RecordBatch::Record record = records[i];
    part.add(record.position, record.recorded_at, record.key,
             record.has_value ? std::optional(record.value) : std::nullopt);
  }
  return part;
}

}  // namespace

class SortedRefold::Impl {
 public:
  Impl(EventLog& log, const std::filesystem::path& directory, const StreamsFold& how, const RefoldProgress& progress,
       const SortedRefoldOptions& options)
      : log_(log),
        directory_(directory),
        how_(how),
        progress_(progress),
        options_(options),
        sorter_(directory / "sort", options.sort_bytes),
        builder_(directory, how.onto != nullptr),
        folds_(log, how, folding_threads()) {}

  Result<void> build(const Positions& after, Positions until) {
    until.erase(kControlPartition);
    RAPPORT_TRY(sort_log(after, until));
    RAPPORT_TRY(fold_streams());
    return builder_.finish_streams();
  }
  Result<void> hand_over(Generation& generation) { return generation.take(builder_, reached_); }

 private:
  static std::size_t folding_threads() { return std::max(1u, std::thread::hardware_concurrency()); }

  Result<void> sort_log(const Positions& after, const Positions& until);
  Result<void> fold_streams();
  Result<void> sort_batch(const RecordBatch& batch, const Positions& until);
  Result<void> go_on() const;
  void fold_chunk(RecordBatch& chunk);
  bool has_more_of(const std::string& stream) const { return sorter_.valid() && sorter_.key() == stream; }
  Result<void> read_piece(const std::string& stream, std::size_t bytes_max, RecordBatch& piece);
  Result<void> fold_in_pieces(RecordBatch begun, const std::string& stream);
  Result<void> fold_long_stream(std::vector<RecordBatch> begun, const std::string& stream);
  Result<void> write_folded();
  Result<void> write_oldest();

  EventLog& log_;
  const std::filesystem::path directory_;
  const StreamsFold how_;
  const RefoldProgress progress_;
  const SortedRefoldOptions options_;
  RowSorter sorter_;
  GenerationBuilder builder_;
  Checkpoints reached_;
  std::uint64_t sorted_ = 0, folded_ = 0;
  ChunkFolds folds_;
};

Result<void> SortedRefold::Impl::go_on() const {
  if (progress_ && !progress_((sorted_ + folded_) / 2)) return Error{Errc::shutting_down, "the refold was stopped"};
  return {};
}

Result<void> SortedRefold::Impl::sort_log(const Positions& after, const Positions& until) {
  Positions behind;
  for (const auto& [partition, offset] : until) behind.emplace(partition, offset_in(after, partition));
  auto reader = log_.open_bounded_reader(behind);
  if (!reader) return reader.error();
  // While one batch is sorted in, the next is read.
  RecordBatch batch, ahead;
  bool more = !covers((*reader)->positions(), until);
  std::future<Result<void>> reading;
  const auto read_ahead = [&] {
    ahead.clear();
    if (more) reading = std::async(std::launch::async, [&] { return (*reader)->read(kRead, ahead); });
  };
  for (read_ahead(); more;) {
    RAPPORT_TRY(reading.get());
    for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
    more = !covers((*reader)->positions(), until);
    std::swap(batch, ahead);
    read_ahead();
    RAPPORT_TRY(sort_batch(batch, until));
    RAPPORT_TRY(go_on());
  }
  return sorter_.finish();
}

Result<void> SortedRefold::Impl::sort_batch(const RecordBatch& batch, const Positions& until) {
  std::map<Partition, std::size_t> last;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const RecordBatch::Record record = batch[i];
    if (record.position.offset > offset_in(until, record.position.partition)) continue;
    last[record.position.partition] = i;
    RAPPORT_TRY(spill_record(record, sorter_));
    ++sorted_;
  }
  for (const auto& [partition, i] : last) {
    const RecordBatch::Record record = batch[i];
    Checkpoint& checkpoint = reached_[partition];
    checkpoint.offset = record.position.offset;
    checkpoint.recorded_at = record.recorded_at;
    checkpoint.record_hash = record_hash(record.key, record.has_value ? std::optional(record.value) : std::nullopt);
  }
  return {};
}

Result<void> SortedRefold::Impl::fold_streams() {
  RecordBatch chunk;                             // whole streams, and behind them the one that is being read:
  std::size_t begin = 0, size_bytes_before = 0;  // where it begins
  std::string stream;
  while (sorter_.valid()) {
    if (sorter_.key() != stream) {
      if (chunk.size_bytes() >= options_.chunk_bytes) {
        fold_chunk(chunk);
        RAPPORT_TRY(write_folded());
      }
      begin = chunk.size();
      size_bytes_before = chunk.size_bytes();
      stream = sorter_.key();
    }
    unspill_record(sorter_.value(), chunk);
    RAPPORT_TRY(sorter_.next());
    if (chunk.size_bytes() - size_bytes_before < options_.chunk_bytes) continue;
    // What comes before it in the order of keys is folded before it.
    RecordBatch own = part_of(chunk, begin, chunk.size());
    chunk = part_of(chunk, 0, begin);
    if (!chunk.empty()) fold_chunk(chunk);
    RAPPORT_TRY(fold_in_pieces(std::move(own), stream));
    begin = size_bytes_before = 0;
  }
  if (!chunk.empty()) fold_chunk(chunk);
  while (!folds_.empty()) RAPPORT_TRY(write_oldest());
  return {};
}

Result<void> SortedRefold::Impl::read_piece(const std::string& stream, std::size_t bytes_max, RecordBatch& piece) {
  piece.reserve(bytes_max + kRecordBytesMostly);
  while (has_more_of(stream) && piece.size_bytes() < bytes_max) {
    unspill_record(sorter_.value(), piece);
    RAPPORT_TRY(sorter_.next());
  }
  return {};
}

// A stream that is a chunk of its own.
Result<void> SortedRefold::Impl::fold_in_pieces(RecordBatch begun, const std::string& stream) {
  std::size_t size_bytes = begun.size_bytes(), records = begun.size();
  std::vector<RecordBatch> pieces;
  pieces.push_back(std::move(begun));
  while (has_more_of(stream)) {
    RecordBatch& piece = pieces.emplace_back(folds_.spare_records());
    RAPPORT_TRY(read_piece(stream, options_.chunk_bytes, piece));
    size_bytes += piece.size_bytes();
    records += piece.size();
    if (size_bytes > options_.stream_bytes_max) {
      while (!folds_.empty()) RAPPORT_TRY(write_oldest());
      return fold_long_stream(std::move(pieces), stream);
    }
  }
  folded_ += records;
  folds_.add_stream(std::move(pieces));
  return write_folded();
}

// Too long for memory: record by record, into rows on disk.
Result<void> SortedRefold::Impl::fold_long_stream(std::vector<RecordBatch> begun, const std::string& stream) {
  const auto subject = parse_subject(begun.front()[0].key);
  auto fold = LongStreamFold::begin(directory_ / "long", how_, subject ? std::optional(*subject) : std::nullopt);
  if (!fold) return fold.error();
  RecordDecoder decoder(log_);
  // While one step is folded, the next is decoded.
  RecordBatch step, folding;
  std::size_t taken = 0;  // of what was begun
  std::future<std::vector<FoldRecord>> decoding;
  const auto decode_next = [&]() -> Result<void> {
    step.clear();
    if (taken < begun.size()) {
      step = std::move(begun[taken++]);
    } else {
      RAPPORT_TRY(read_piece(stream, options_.long_step_bytes, step));
    }
    if (!step.empty()) decoding = std::async(std::launch::async, [&] { return decoder.decode(step); });
    return {};
  };
  RAPPORT_TRY(decode_next());
  while (decoding.valid()) {
    std::vector<FoldRecord> records = decoding.get();
    std::swap(step, folding);
    RAPPORT_TRY(decode_next());
    RAPPORT_TRY((*fold)->fold(records));
    folded_ += records.size();
    RAPPORT_TRY(go_on());
  }
  return (*fold)->hand_over(options_.chunk_bytes, [this](FoldedStreams& piece) { return builder_.add(piece); });
}

void SortedRefold::Impl::fold_chunk(RecordBatch& chunk) {
  folded_ += chunk.size();
  folds_.add(chunk);
  chunk.reserve(2 * options_.chunk_bytes);  // and the stream behind it
}

// All that is there; waits for more only where too much waits behind it, such as what comes after a long stream.
Result<void> SortedRefold::Impl::write_folded() {
  while (folds_.is_ready() || folds_.size_bytes() > options_.ahead_bytes_max) RAPPORT_TRY(write_oldest());
  return {};
}

Result<void> SortedRefold::Impl::write_oldest() {
  RAPPORT_TRY(folds_.take([this](FoldedStreams& rows) { return builder_.add(rows); }));
  return go_on();
}

SortedRefold::SortedRefold(EventLog& log, const std::filesystem::path& directory, const StreamsFold& how,
                           const RefoldProgress& progress, const SortedRefoldOptions& options)
    : impl_(std::make_unique<Impl>(log, directory, how, progress, options)) {}
SortedRefold::~SortedRefold() = default;
Result<void> SortedRefold::build(const Positions& after, Positions until) {
  return impl_->build(after, std::move(until));
}
Result<void> SortedRefold::hand_over(Generation& generation) { return impl_->hand_over(generation); }

Result<void> refold_sorted(EventLog& log, Generation& generation, const Positions& until,
                           const RefoldProgress& progress, const SortedRefoldOptions& options) {
  RAPPORT_TRY(refold_steps(log, generation, {{kControlPartition, offset_in(until, kControlPartition)}}, {}));
  SortedRefold refold(log, generation.build_directory(), generation.streams_fold(), progress, options);
  RAPPORT_TRY(refold.build({}, until));
  return refold.hand_over(generation);
}

}  // namespace rapport

// The rows of a generation that is made whole, from what whole streams leave, as sorted files that a store takes as
// they are: nothing is looked up, logged or written twice (docs/rows.md).
//
//   streams in key order -> one file at a time per kind of row
//                        -> index and parked rows, which come in no order: sorted on disk, then files too
//
// Bounded memory: some blocks per kind and the sorter's buffers. One thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "projections/fold_step.h"
#include "projections/store/row_sorter.h"

namespace rapport {

class GenerationBuilder {
 public:
  // What it writes is kept in `directory`, which goes with it.
  explicit GenerationBuilder(std::filesystem::path directory);
  ~GenerationBuilder();

  // Streams that come after all those before, in the order of stream_key(). Errors: storage_failed.
  [[nodiscard]] Result<void> add(NewStreams& streams);

  // What all streams added up to.
  const Checkpoints& checkpoints() const { return checkpoints_; }
  const DigestBuckets& buckets() const { return buckets_; }

  // The files of all rows and of `facts`, the generation's own. Errors: storage_failed.
  [[nodiscard]] Result<std::vector<std::filesystem::path>> finish(RowBuffer& facts);

 private:
  [[nodiscard]] Result<void> write(std::string_view key, std::string_view value);
  [[nodiscard]] Result<void> finish_file(char kind);

  const std::filesystem::path directory_;
  std::map<char, std::unique_ptr<SortedFile>> files_;  // by kind: the one that is being written
  std::vector<std::filesystem::path> finished_;
  std::size_t files_begun_ = 0;
  RowSorter unsorted_;
  Checkpoints checkpoints_;
  DigestBuckets buckets_;
};

}  // namespace rapport

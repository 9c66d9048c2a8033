// What whole streams leave, as sorted files that a generation's store takes as they are: nothing is logged or written
// twice (docs/rows.md).
//
//   streams in key order -> one file at a time per kind of row
//                        -> index and parked rows, which come in no order: sorted on disk, then files too. The words of
//                           the index, which are half of it, by themselves, so that two threads do it
//
// Bounded memory: some blocks per kind and the sorters' buffers. One thread calls.
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
  // What it writes is kept in `directory`, which goes with it. For a store that has other rows it makes one file of a
  // kind, however large: they wait beside others for a compaction, and it is their number that slows a store down.
  GenerationBuilder(std::filesystem::path directory, bool beside_others);
  ~GenerationBuilder();

  // Streams that come after all those before, in the order of stream_key(). Errors: storage_failed.
  [[nodiscard]] Result<void> add(FoldedStreams& streams);

  // What all streams added up to.
  const Checkpoints& checkpoints() const { return checkpoints_; }
  const DigestBuckets& buckets() const { return buckets_; }

  // No more streams come: writes the files of the rows that came in no order, and ends all. Errors: storage_failed.
  [[nodiscard]] Result<void> finish_streams();
  // Behind that, the files of all rows and of `facts`, the generation's own. Errors: storage_failed.
  [[nodiscard]] Result<std::vector<std::filesystem::path>> finish(RowBuffer& facts);

 private:
  // Rows in key order, of any number of kinds, as files of one kind each.
  class Files {
   public:
    // Of the directory, where their names begin with `name`.
    Files(const std::filesystem::path& directory, std::string name, std::uint64_t file_bytes_max)
        : directory_(directory), name_(std::move(name)), file_bytes_max_(file_bytes_max) {}
    // No value: the row is gone.
    [[nodiscard]] Result<void> write(std::string_view key, std::optional<std::string_view> value);
    [[nodiscard]] Result<std::vector<std::filesystem::path>> finish();

   private:
    [[nodiscard]] Result<void> finish_file(char kind);

    const std::filesystem::path directory_;
    const std::string name_;
    const std::uint64_t file_bytes_max_;
    std::map<char, std::unique_ptr<SortedFile>> open_;  // by kind: the one that is being written
    std::vector<std::filesystem::path> finished_;
    std::size_t begun_ = 0;
  };
  // Rows that come in no order.
  struct Unsorted {
    RowSorter sorter;
    Files files;

    [[nodiscard]] Result<void> add(std::string_view key, std::optional<std::string_view> value);
    [[nodiscard]] Result<std::vector<std::filesystem::path>> finish();
  };

  const std::filesystem::path directory_;
  Files files_;
  Unsorted words_, others_;
  std::vector<std::filesystem::path> of_streams_;
  Checkpoints checkpoints_;
  DigestBuckets buckets_;
};

}  // namespace rapport

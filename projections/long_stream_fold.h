// A fold of one stream that is too long to be held in memory: record by record into rows of its own on disk, of which
// what is new is then handed on as that of any other stream (fold_step.h). Where the stream has rows already, they are
// copied first.
//
// Bounded memory, however long the stream: a step's records, and the store's buffers. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "projections/fold_step.h"
#include "projections/store/store.h"

namespace rapport {

class LongStreamFold {
 public:
  // Its rows are kept in `directory` meanwhile, and nothing of what is there. No subject: the records are all parked.
  // Errors: storage_failed, corrupt.
  [[nodiscard]] static Result<std::unique_ptr<LongStreamFold>> begin(const std::filesystem::path& directory,
                                                                     const StreamsFold& how,
                                                                     const std::optional<Subject>& subject);
  ~LongStreamFold();

  // The stream's next records, in log order. Errors: as fold_step().
  [[nodiscard]] Result<void> fold(std::span<FoldRecord> records);

  // Gives what the stream left, in pieces of about `piece_bytes` in the order of keys; the digest and what was counted
  // with the first. Errors: storage_failed, corrupt, those of `take`.
  [[nodiscard]] Result<void> hand_over(std::size_t piece_bytes,
                                       const std::function<Result<void>(FoldedStreams&)>& take);

 private:
  LongStreamFold(std::filesystem::path directory, std::unique_ptr<Store> store, const StreamsFold& how);
  [[nodiscard]] Result<void> copy_rows(const Store& onto, const Subject& subject);

  const std::filesystem::path directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Snapshot> begun_;  // the rows as they were
  FoldMemory memory_;
};

}  // namespace rapport

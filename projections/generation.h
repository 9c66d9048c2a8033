// One folded copy of the log: a store of rows and the step that moves it forward. The live one serves; a rebuild folds
// another beside it.
//
// Invariants:
// - Rows, digests and checkpoints of a step move in one write: after a crash the generation stands at a step's end.
// - The same records give the same rows, however they are cut into steps.
// - One thread folds; any thread may take a view.
// - Only the fold version that made it moves it. One of another version is read as it stands, and so is one whose
//   files fail or are damaged.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "projections/contact_mend.h"
#include "projections/fold_record.h"
#include "projections/fold_step.h"
#include "projections/view.h"

namespace rapport {

class GenerationBuilder;

struct GenerationOptions {
  std::filesystem::path directory;
  std::size_t cache_bytes = 128u << 20;  // blocks of rows, and an eighth of it for rows of contacts
  std::size_t write_buffer_bytes = 64u << 20;
  // Of rows, before they are packed: a step that large is written as a file.
  std::size_t file_step_bytes_min = 8u << 20;
  std::size_t cached_states_bytes_max = 64u << 20;  // decoded, kept for the next step
  bool other_versions = false;                      // also opens one that another fold version made, to be read
  ContactApply apply_to_contact = apply;            // what contacts are folded by
  // Steps are in memory until flush(): a kill takes the generation back to the end of an earlier one.
  bool unlogged = false;
};

class Generation {
 public:
  // Makes an empty generation where there is none. Errors: locked, corrupt, storage_failed, wrong_format (folded by
  // another fold version, and not asked for); `field` is the path.
  [[nodiscard]] static Result<std::unique_ptr<Generation>> open(const GenerationOptions& options);

  // Folds the records, each partition's in log order and none from before its checkpoint, and returns their outcomes in
  // the same order. Events that come for an erased contact forget what they said.
  // Errors: storage_failed, corrupt, internal (apply threw): nothing was folded; the generation is to be opened again,
  // or resumes where the disk was full.
  [[nodiscard]] Result<std::vector<Outcome>> fold(std::span<FoldRecord> records);

  // Whether it is for want of room on the disk that it cannot be folded on.
  bool is_full() const { return store_->is_full(); }
  // After a step that failed, where the disk was full and has room again: it stands behind the last step that was
  // written, which may be the one that failed. Views from before are of no use any more. On the folding thread. Errors:
  // storage_failed: not yet; those of open().
  [[nodiscard]] Result<void> resume();

  // Nothing waits to be folded: the files of large steps are put in order, beside reads and steps. On the folding
  // thread.
  void settle() { store_->let_files_gather(false); }

  // Fills the indexes that were declared while there were contacts, one piece: true while there is more to do. On the
  // folding thread, between two folds. Errors: as fold().
  [[nodiscard]] Result<bool> fill_indexes(std::size_t contacts_max = 10'000);
  // All pieces.
  [[nodiscard]] Result<void> finish_indexes();

  // Nothing but the control stream was folded yet.
  bool is_new() const;
  // How streams are folded whole, elsewhere, to be taken in: onto what they have, which must stand still so long.
  StreamsFold streams_fold() const {
    return {memory_.indexes, memory_.apply_to_contact, is_new() ? nullptr : store_.get()};
  }
  // Where the builder of those can keep what it writes.
  std::filesystem::path build_directory() const { return options_.directory / "build"; }
  // Takes in all that was built, all of it or nothing; `reached` says each partition's last record (offset, hash and
  // recordedAt). On the folding thread, of a generation that stands as it did when they were begun, but for its control
  // stream, and whose indexes are whole or have no rows yet. Errors: storage_failed, corrupt: all is
  // as before, or the disk is full, or it is given up.
  [[nodiscard]] Result<void> take(GenerationBuilder& built, const Checkpoints& reached);

  std::uint32_t fold_version() const { return fold_version_; }
  bool is_foldable() const { return fold_version_ == kFoldVersion && !given_up_; }
  // It is folded no further, for its files fail or are damaged, and is read as it stands from now on. On the
  // folding thread.
  void give_up(const Error& why) {
    if (given_up_) return;
    given_up_for_ = why;
    given_up_ = true;
  }
  bool is_given_up() const { return given_up_; }
  // What it was given up for, or the damage that a read or write has met in its files since it was opened. Thread-safe.
  std::optional<Error> damage() const { return given_up_ ? given_up_for_ : store_->damage(); }

  // The newest step's. Thread-safe.
  std::shared_ptr<const View> view() const;
  // Of the newest step; on the folding thread.
  const DigestBuckets& buckets() const { return memory_.buckets; }

  // Puts one contact's rows right (contact_mend.h). On the folding thread. Errors: storage_failed, corrupt: all is as
  // before.
  [[nodiscard]] Result<void> mend(const ContactMend& mend);
  // How often since it was opened.
  std::uint64_t mends() const { return mends_; }
  bool has_whole_indexes() const { return !memory_.indexes.first_unfilled(); }
  // Files of rows that no compaction has taken yet are many: another one would make reads slower.
  bool has_many_new_files() const;

  // Rewrites every file, so that no deleted row stands in one. Any thread; folds and reads go on. Errors:
  // storage_failed; overloaded: rows of an earlier moment are still read, so it is to be done again.
  [[nodiscard]] Result<void> write_anew() const;

  // Writes all rows to sorted files, synced; from then on steps survive a kill.
  [[nodiscard]] Result<void> flush();

 private:
  Generation(std::shared_ptr<Store> store, const GenerationOptions& options);
  static FoldMemory empty_memory(const GenerationOptions& options);
  std::filesystem::path step_path() const { return options_.directory / "step.rows"; }
  [[nodiscard]] Result<void> drop_leftovers() const;
  [[nodiscard]] Result<void> load();
  std::shared_ptr<const View> newest_view();
  void publish_view();
  // The files of all that was built, with the facts about it; the memory is then as behind them.
  [[nodiscard]] Result<std::vector<std::filesystem::path>> finish(GenerationBuilder& built, const Checkpoints& reached);
  // All of a step or nothing. Errors: storage_failed.
  [[nodiscard]] Result<void> write(RowBuffer& rows);
  [[nodiscard]] Result<void> write_as_file(RowBuffer& rows);
  [[nodiscard]] Result<void> write_mended(const ContactMend& mend);
  // Before the step of these is written: what is kept of their contacts is of the views until now.
  void forget_rows_of(std::span<const FoldRecord> records);
  void forget_all_rows();

  const GenerationOptions options_;
  std::shared_ptr<Store> store_;
  std::uint32_t fold_version_ = kFoldVersion;
  std::atomic<bool> given_up_ = false;
  std::optional<Error> given_up_for_;  // read only where it was given up
  FoldMemory memory_;
  Durability durability_;  // of a step
  std::uint64_t mends_ = 0;

  std::shared_ptr<ContactRowCache> contact_rows_;
  std::uint64_t view_number_ = 0;
  mutable std::mutex view_mutex_;
  std::shared_ptr<const View> view_;
};

// Where a generation stands that nobody has open, of whatever fold version; it is left as it is.
// Errors: corrupt, storage_failed.
[[nodiscard]] Result<Checkpoints> read_stored_checkpoints(const std::filesystem::path& directory);

}  // namespace rapport

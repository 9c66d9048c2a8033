// Folds the log anew into a generation beside the live one, which goes on serving and folding; proves that the two are
// equal at one position, and hands over.
//
//   folding -> catching up -> comparing -> swapped | different | cancelled | failed
//
// Invariants:
// - One rebuild at a time. The live generation is not touched before the hand-over, and nothing outside happens: no
//   event is written.
// - Where the digests differ nothing is swapped, and the rows that differ are named.
// - A rebuild that a stop or a crash interrupts goes on where it was when the engine opens again.
// - After a swap the generation before it stays on disk until the next one; earlier ones are deleted.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/fold/folder.h"
#include "engine/generations/data_directory.h"
#include "engine/log/event_log.h"
#include "projections/generation_compare.h"

namespace rapport {

enum class RebuildState : std::uint8_t { folding, catching_up, comparing, swapped, different, cancelled, failed };
std::string_view rebuild_state_name(RebuildState state);
bool is_over(RebuildState state);

struct RebuildStatus {
  std::uint64_t id = 0;  // the number of the generation it makes
  RebuildState state = RebuildState::folding;
  bool paused = false;
  std::uint64_t records = 0, records_total = 0;  // folded; of the log when last looked
  double records_per_second = 0;
  Timestamp started{};
  std::optional<Timestamp> ended;
  std::optional<Digest> live, fresh;               // at the position where they were compared
  std::optional<GenerationDifference> difference;  // where they differ
  std::optional<Error> error;
};

struct RebuildOptions {
  std::uint64_t records_per_second_max = 0;  // 0: as fast as it goes
};

// Every generation that is open, for as long as the folder lives.
using OpenGenerations = std::vector<std::unique_ptr<Generation>>;

class Rebuilder {
 public:
  // All must outlive it. Goes on with a rebuild that was interrupted.
  Rebuilder(EventLog& log, Folder& folder, DataDirectory& directory, OpenGenerations& generations,
            std::size_t cache_bytes);
  // Stops; what is folded stays for the next start.
  ~Rebuilder();

  // Errors: overloaded (one is under way), storage_failed.
  [[nodiscard]] Result<std::uint64_t> start(const RebuildOptions& options);
  // The newest one, also when it is over.
  std::optional<RebuildStatus> status() const;

  // Errors of all: not_found (no such rebuild is under way).
  [[nodiscard]] Result<void> pause(std::uint64_t id, bool paused);
  [[nodiscard]] Result<void> cancel(std::uint64_t id);
  [[nodiscard]] Result<void> throttle(std::uint64_t id, std::uint64_t records_per_second_max);

  // The generation that serves.
  std::uint64_t live_number() const;

 private:
  void launch(std::uint64_t number, const RebuildOptions& options);
  void run(std::uint64_t number);
  [[nodiscard]] Result<RebuildState> rebuild(std::uint64_t number);
  [[nodiscard]] Result<void> fold_to_live(Generation& fresh);
  [[nodiscard]] Result<RebuildState> hand_over(std::uint64_t number, std::unique_ptr<Generation> fresh);
  bool may_go_on(std::uint64_t records);
  template <class Change>
  [[nodiscard]] Result<void> change(std::uint64_t id, Change change);

  EventLog& log_;
  Folder& folder_;
  DataDirectory& directory_;
  OpenGenerations& generations_;
  const std::size_t cache_bytes_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<RebuildStatus> status_;
  RebuildOptions options_;
  bool cancelled_ = false, stopping_ = false;
  std::uint64_t records_before_ = 0;  // folded by an earlier run of it
  std::chrono::steady_clock::time_point run_began_;
  std::uint64_t live_number_;
  std::thread thread_;
};

}  // namespace rapport

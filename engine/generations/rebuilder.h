// Folds the log anew into a generation beside the live one, which goes on serving and folding; proves that the two are
// equal at one position, and hands over.
//
//   folding -> catching_up -> comparing -> swapped | verified | different | cancelled | failed
//                                  |  ^
//                                  v  | accept()
//                                waiting       (where the live one is of another fold version, and differs)
//
// Invariants:
// - One rebuild at a time. The live generation is not touched before the hand-over, and nothing outside happens: no
//   event is written.
// - Where the digests differ nothing is swapped unless that was accepted, and the rows that differ are named.
// - A rebuild that a stop or a crash interrupts goes on where it was when the engine opens again; a verification, which
//   changes nothing, does not.
// - After a swap the generation before it stays on disk until the next one, for a way back; earlier ones are deleted.
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

enum class RebuildState : std::uint8_t {
  folding,
  catching_up,
  comparing,
  waiting,  // for accept() or cancel()
  swapped,
  verified,  // every row is equal; nothing was to be swapped
  mended,    // the one contact's rows are now what the log says
  different,
  cancelled,
  failed,
};
std::string_view rebuild_state_name(RebuildState state);
bool is_over(RebuildState state);

struct RebuildOptions {
  std::uint64_t records_per_second_max = 0;  // 0: as fast as it goes
  // Compares every row and swaps nothing.
  bool verify_only = false;
  // Swaps although the two differ: what accept() says later, said beforehand.
  bool accept_difference = false;
  // Goes on with this generation, one of kept(), from the position where it stands; 0: from the log's start.
  std::uint64_t from_generation = 0;
  // Refolds this contact alone, and mends its rows in place.
  std::optional<ContactId> contact;
};

struct RebuildStatus {
  std::uint64_t id = 0;  // the number of the generation it makes
  RebuildState state = RebuildState::folding;
  RebuildOptions options;
  bool paused = false;
  std::uint64_t records = 0, records_total = 0;  // folded; of the log when last looked
  double records_per_second = 0;
  Timestamp started{};
  std::optional<Timestamp> ended;
  std::optional<Digest> live, fresh;               // at the position where they were compared
  std::uint32_t live_version = kFoldVersion;       // the fold version that made the live one
  std::optional<GenerationDifference> difference;  // where they differ
  std::optional<Error> error;
};

class Rebuilder {
 public:
  // All must outlive it. Goes on with a rebuild that was interrupted.
  Rebuilder(EventLog& log, Folder& folder, DataDirectory& directory, std::size_t cache_bytes);
  // Stops; what is folded stays for the next start.
  ~Rebuilder();

  // Errors: overloaded (one is under way), invalid_argument (options that exclude each other), not_found (the
  // generation or contact to start from), storage_failed.
  [[nodiscard]] Result<std::uint64_t> start(const RebuildOptions& options);
  // The newest one, also when it is over.
  std::optional<RebuildStatus> status() const;

  // Errors of all: not_found (no such rebuild is under way).
  [[nodiscard]] Result<void> pause(std::uint64_t id, bool paused);
  [[nodiscard]] Result<void> cancel(std::uint64_t id);
  // One that waits swaps; one that is not so far will, also where the rows differ. Errors: invalid_argument: it is a
  // verification, or of one contact.
  [[nodiscard]] Result<void> accept(std::uint64_t id);
  [[nodiscard]] Result<void> throttle(std::uint64_t id, std::uint64_t records_per_second_max);

  // The generation that serves.
  std::uint64_t live_number() const;
  // Those beside it on disk that a rebuild can go on with, ascending.
  std::vector<std::uint64_t> kept() const;
  // Deletes the files of those. Errors: storage_failed.
  [[nodiscard]] Result<void> drop_kept();

 private:
  // Both as they stood at one position.
  struct Aligned {
    std::shared_ptr<const View> live, fresh;
    bool swapped = false;
  };

  void give_back(std::uint64_t number);
  void launch(std::uint64_t number, const RebuildOptions& options);
  void run(std::uint64_t number);
  [[nodiscard]] Result<RebuildState> rebuild(std::uint64_t number);
  [[nodiscard]] Result<RebuildState> mend(std::uint64_t number, ContactId contact);
  [[nodiscard]] Result<void> fold_to_live(Generation& fresh);
  [[nodiscard]] Result<void> wait_for_live(const Generation& fresh) const;
  [[nodiscard]] Result<RebuildState> compare(std::uint64_t number, const std::shared_ptr<Generation>& fresh);
  [[nodiscard]] Result<Aligned> align(std::uint64_t number, const std::shared_ptr<Generation>& fresh);
  [[nodiscard]] Result<void> tell_difference(const Aligned& aligned);
  [[nodiscard]] Result<void> wait_for_acceptance();
  void tidy(std::uint64_t number, RebuildState ended);
  void set_state(RebuildState state);
  bool may_go_on(std::uint64_t records);
  template <class Change>
  [[nodiscard]] Result<void> change(std::uint64_t id, Change change);

  EventLog& log_;
  Folder& folder_;
  DataDirectory& directory_;
  const std::size_t cache_bytes_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<RebuildStatus> status_;
  bool cancelled_ = false, stopping_ = false;
  std::uint64_t records_before_ = 0;  // folded by an earlier run of it
  std::chrono::steady_clock::time_point run_began_;
  std::uint64_t live_number_;
  std::thread thread_;
};

}  // namespace rapport

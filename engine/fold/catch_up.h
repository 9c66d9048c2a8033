// A fold that is far behind its log: the streams of what is missing are folded whole and written as files
// (sorted_refold.h), as those of a rebuild are, while the folding thread goes on with the control stream and whatever
// else it is asked for (docs/adr/0013-first-fold.md, docs/adr/0015-catch-up-by-stream.md).
//
// Invariants: the generation is left as it is until hand_over(), which gives it all rows at once or none. On threads of
// its own; whoever made it calls, on one thread, but for records().
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "engine/fold/owned_partitions.h"
#include "engine/fold/sorted_refold.h"

namespace rapport {

struct CatchUpDue {
  Positions after;            // where the generation stands
  Positions until;            // where the log ends, the control stream too
  std::uint64_t records = 0;  // between them, of all others; fewer where a log begins behind its first offset
  bool is_first = false;      // nothing but the control stream is folded
  bool behind_steps = false;  // steps would do it, too: for who waits for them
};

// Where one is due: so many records of `partitions` or more are not folded yet, and the disk has room for what is
// sorted and built.
std::optional<CatchUpDue> catch_up_due(EventLog& log, const Generation& generation, const OwnedPartitions& partitions,
                                       std::uint64_t records_min);

// Whether so many records or more of `partitions` are missing, and none of those that have any is nearly level: for who
// publishes to that one would wait for the others.
bool is_far_behind(const Positions& reached, const Positions& ends, const OwnedPartitions& partitions,
                   std::uint64_t records_min);

// For an operator, as it begins.
std::string notice_of(const CatchUpDue& due);

class CatchUp {
 public:
  // `generation` stands where `due` says, its control stream where that ends, and its indexes are whole or empty.
  // `ended` is called once, on another thread, when all is built or cannot be; not where it was stopped before.
  CatchUp(EventLog& log, std::shared_ptr<Generation> generation, const CatchUpDue& due, std::function<void()> ended);
  // Stops what is under way.
  ~CatchUp();

  bool has_ended() const { return ended_; }
  // Folded so far, as refold() counts them. Thread-safe.
  std::uint64_t records() const { return records_; }

  // How the building ended; once it has. Errors: as refold(); overloaded: `live` is not what it was built for, for it
  // was exchanged, a contact of it was mended, or its control stream has declared other indexes, or one of them anew.
  [[nodiscard]] Result<void> built_for(const Generation& live) const;
  // Behind that. Errors: as Generation::take().
  [[nodiscard]] Result<void> hand_over();

 private:
  const std::shared_ptr<Generation> generation_;
  const IndexCatalog indexes_;  // a copy: the generation's may change meanwhile
  const std::uint64_t mends_;
  std::atomic<std::uint64_t> records_ = 0;
  std::atomic<bool> stopping_ = false, ended_ = false;
  SortedRefold refold_;
  std::optional<Error> error_;  // written before ended_
  std::thread thread_;
};

}  // namespace rapport

// Blocks around brought ids that this engine is reserving now: of two calls that need the same one, the second waits
// for the first and does not ask the log for it again, which would refuse it. Other engines are not seen here: between
// them the log decides.
//
// Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "engine/publish/id_blocks.h"

namespace rapport {

class IdReservations {
 public:
  using Blocks = std::set<std::pair<IdKind, IdBlock>>;

  // Whether the blocks are the caller's to reserve, until end(). If not, one of them is another's, and `again` is
  // called once that has ended, on its thread. Must not block.
  [[nodiscard]] bool begin(const Blocks& blocks, std::function<void()> again);
  void end(const Blocks& blocks);

 private:
  std::mutex mutex_;
  Blocks under_way_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace rapport

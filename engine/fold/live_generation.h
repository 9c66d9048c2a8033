// The generation that a folder moves now. Any thread may ask which one it is; the folding thread alone exchanges it,
// and uses it without asking.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "projections/generation.h"

namespace rapport {

class LiveGeneration {
 public:
  explicit LiveGeneration(std::shared_ptr<Generation> generation) : generation_(std::move(generation)) {}

  // Thread-safe.
  std::shared_ptr<Generation> get() const {
    const std::lock_guard lock(mutex_);
    return generation_;
  }

  // On the folding thread. The one before is let go of behind the lock: the last to do so closes its store.
  void exchange(std::shared_ptr<Generation> next) {
    const std::lock_guard lock(mutex_);
    generation_.swap(next);
  }
  const std::shared_ptr<Generation>& operator*() const { return generation_; }
  Generation* operator->() const { return generation_.get(); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<Generation> generation_;
};

}  // namespace rapport

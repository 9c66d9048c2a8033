#include "engine/fold/pending_works.h"

#include <utility>

namespace rapport {

Result<void> PendingWorks::add_and_wait(const Work& work, const std::function<void()>& wake) {
  Pending pending{work, {}};
  auto told = pending.told.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return *ended_;
    waiting_.push_back(&pending);
  }
  wake();
  return told.get();
}

PendingWorks::Pending* PendingWorks::take() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return nullptr;
  Pending* const next = waiting_.front();
  waiting_.pop_front();
  return next;
}

bool PendingWorks::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

void PendingWorks::refuse(const Error& error) {
  const std::lock_guard lock(mutex_);
  for (Pending* left : std::exchange(waiting_, {})) left->told.set_value(error);
}

void PendingWorks::end(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    ended_ = error;
  }
  refuse(error);
}

}  // namespace rapport

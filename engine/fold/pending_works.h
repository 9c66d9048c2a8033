// What others ask the folding thread to do between two steps, in the order of their asking. Each of them waits until it
// is told how that ended. Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>

#include "projections/generation.h"

namespace rapport {

class PendingWorks {
 public:
  using Work = std::function<Result<std::shared_ptr<Generation>>(const std::shared_ptr<Generation>& live)>;
  struct Pending {
    const Work& work;
    std::promise<Result<void>> told;
  };

  // `wake` lets the folding thread know. Blocks. Errors: what refuse() or end() said, or who did the work.
  [[nodiscard]] Result<void> add_and_wait(const Work& work, const std::function<void()>& wake);
  // The next one, which whoever takes it must tell; null where there is none.
  Pending* take();
  bool empty() const;
  // Tells all that wait now.
  void refuse(const Error& error);
  // And whoever comes later.
  void end(const Error& error);

 private:
  mutable std::mutex mutex_;
  std::deque<Pending*> waiting_;
  std::optional<Error> ended_;
};

}  // namespace rapport

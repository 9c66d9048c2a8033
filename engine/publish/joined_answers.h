// Answers that several give on threads of their own, told as one when the last has come.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "events/result.h"

namespace rapport {

// To be called once with each part's number and answer; add(whole, part, answer) puts the good ones together, one at a
// time. The first error is that of the whole.
template <class T, class Add>
std::function<void(std::size_t, Result<T>)> joined_answers(std::size_t parts, std::function<void(Result<T>)> done,
                                                           Add add) {
  struct Parts {
    std::mutex mutex;
    std::size_t awaited;
    T whole;
    std::optional<Error> error;
  };
  const auto all = std::make_shared<Parts>();
  all->awaited = parts;
  return [all, done = std::move(done), add](std::size_t part, Result<T> answer) {
    {
      const std::lock_guard lock(all->mutex);
      if (answer) {
        add(all->whole, part, *std::move(answer));
      } else if (!all->error) {
        all->error = answer.error();
      }
      if (--all->awaited > 0) return;
    }
    all->error ? done(*all->error) : done(std::move(all->whole));
  };
}

}  // namespace rapport

// Reads that go through a contact's whole history, or look at every contact there is. Of a long history they take up to
// a second, of a million contacts many, so they run on a thread of their own, and those of the server go on answering.
//
//   std::function<Result<Blames>()> read = [view, contact] { return read_blame(*view, contact); };
//   const auto blames = co_await services.long_reads->run(events, std::move(read));
//
// Invariants: of kReadAtOnceMax events, or contacts, or fewer the read is done at once, by whoever asks. It may go on
// when its request is cut off, so it owns what it touches. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "engine/fold/work_queue.h"
#include "engine/http/async_callback.h"

namespace rapport {

class LongReads {
 public:
  static constexpr std::uint64_t kReadAtOnceMax = 5'000;
  static constexpr std::size_t kWaitingMax = 64;

  // Errors: overloaded (as many wait already); shutting_down; those of `read`.
  template <class T>
  asio::awaitable<Result<T>> run(std::uint64_t events, std::function<Result<T>()> read) {
    if (events <= kReadAtOnceMax) co_return read();
    if (waiting_.fetch_add(1) >= kWaitingMax) {
      waiting_.fetch_sub(1);
      co_return Error{Errc::overloaded, "other long reads are waited for already"};
    }
    co_return co_await async_from_callback<T>([&](CallbackDone<T> done) {
      queue_.post([this, read = std::move(read), done = std::move(done)] {
        Result<T> out = read();
        waiting_.fetch_sub(1);  // before whoever asked is told, and asks again
        done(std::move(out));
      });
    });
  }

 private:
  std::atomic<std::size_t> waiting_ = 0;
  WorkQueue queue_{"long reads", 1};
};

}  // namespace rapport

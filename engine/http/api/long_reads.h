// Reads that go through a contact's whole history, or look at every contact there is. Of a long history they take up to
// a second, of a million contacts many, so they run on a thread of their own, and those of the server go on answering.
//
//   std::function<Result<Blames>()> read = [view, contact] { return read_blame(*view, contact); };
//   const auto blames = co_await services.long_reads->run(context.principal().key_id, events, std::move(read));
//
// Invariants: of kReadAtOnceMax events, or contacts, or fewer the read is done at once, by whoever asks. One key has no
// more than its share of the places where reads wait. A read may go on when its request is cut off, so it owns what it
// touches. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/fold/work_queue.h"
#include "engine/http/async_callback.h"

namespace rapport {

class LongReads {
 public:
  static constexpr std::uint64_t kReadAtOnceMax = 5'000;
  static constexpr std::size_t kWaitingMax = 64;
  static constexpr std::size_t kWaitingOfKeyMax = 16;

  // Errors: overloaded (as many wait already, or of that key); shutting_down; those of `read`.
  template <class T>
  asio::awaitable<Result<T>> run(std::string key, std::uint64_t events, std::function<Result<T>()> read) {
    if (events <= kReadAtOnceMax) co_return read();
    const auto place = take_place(key);
    if (!place) co_return place.error();
    co_return co_await async_from_callback<T>([&](CallbackDone<T> done) {
      queue_.post([this, key = std::move(key), read = std::move(read), done = std::move(done)] {
        Result<T> out = read();
        leave_place(key);  // before whoever asked is told, and asks again
        done(std::move(out));
      });
    });
  }

 private:
  Result<void> take_place(const std::string& key);
  void leave_place(const std::string& key);

  std::mutex mutex_;
  std::size_t waiting_ = 0;
  std::map<std::string, std::size_t> waiting_of_key_;  // of none that has none
  WorkQueue queue_{"long reads", 1};
};

}  // namespace rapport

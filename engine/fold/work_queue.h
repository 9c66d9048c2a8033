// A few threads that run what is given to them, in order: so that a callback of the log or of the fold hands its work
// on instead of keeping that thread from its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace rapport {

// Thread-safe.
class WorkQueue {
 public:
  // `name`: of each thread (events/thread_name.h). `begin`: what each does before all else.
  WorkQueue(
      const char* name, std::size_t threads, void (*begin)() = [] {});
  // Runs what waits, then ends.
  ~WorkQueue();

  void post(std::function<void()> work);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace rapport

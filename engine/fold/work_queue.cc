#include "engine/fold/work_queue.h"

#include "events/thread_name.h"

namespace rapport {

WorkQueue::WorkQueue(const char* name, std::size_t threads, void (*begin)()) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, name, begin] {
      name_thread(name);
      begin();
      run();
    });
  }
}

WorkQueue::~WorkQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

void WorkQueue::post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(work));
  changed_.notify_one();
}

void WorkQueue::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
  }
}

}  // namespace rapport

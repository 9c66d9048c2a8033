#include "tools/rapport/terminal/stop_signal.h"

#include <time.h>

#include "events/thread_name.h"

namespace rapport {
namespace {

constexpr timespec kLook{.tv_sec = 0, .tv_nsec = 100'000'000};  // how soon the end of a command is noticed

}  // namespace

StopSignal::StopSignal(std::function<void()> on_stop) : on_stop_(std::move(on_stop)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  thread_ = std::thread([this] { wait(); });
}

StopSignal::~StopSignal() {
  over_ = true;
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignal::wait() {
  name_thread("signals");
  while (!over_) {
    if (sigtimedwait(&signals_, nullptr, &kLook) < 0) continue;
    came_ = true;
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    on_stop_();
    return;
  }
}

}  // namespace rapport

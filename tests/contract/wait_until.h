// Waits for what another thread, or another process, brings about.
#pragma once

#include <chrono>
#include <thread>

#include "tests/contract/log_reading.h"

namespace rapport {

// Whether `condition` came to be within kTestDeadline.
template <class Condition>
bool wait_until(const Condition& condition) {
  for (const auto until = std::chrono::steady_clock::now() + kTestDeadline; !condition();) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace rapport

// The rest of a thread that looks at something once in a while.
#pragma once

#include <chrono>
#include <stop_token>

namespace rapport {

// Waits so long, and returns true; or until a stop is asked for, also before: false. A std::jthread asks for it, and
// waits for its end, when it goes.
bool rest(const std::stop_token& stop, std::chrono::nanoseconds time);

}  // namespace rapport

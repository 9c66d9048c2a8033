#include "engine/http/connection.h"

namespace rapport {

void Connection::sweep(Clock::time_point now) {
  if (now < deadline_) return;
  disarm();
  timed_out_ = true;
  transport_.cancel();
}

void Connection::cut_off() {
  cut_off_ = true;
  transport_.close();
}

asio::awaitable<Result<void>> Connection::write_all(WriteBuffers buffers, std::chrono::milliseconds timeout) {
  while (asio::buffer_size(buffers) > 0) {
    const auto before = std::exchange(deadline_, Clock::now() + timeout);
    const auto [failed, written] = co_await transport_.write_some(buffers);
    deadline_ = before;
    advance(buffers, written);
    const bool was_late = take_timeout();
    if (!failed) continue;  // also where the limit passed: the bytes had left by then
    if (cut_off_) co_return Error{Errc::shutting_down, "the server is stopping"};
    if (was_late) co_return Error{Errc::wait_timeout, "the client took nothing for too long"};
    co_return Error{Errc::unreachable, "the client is gone"};
  }
  co_return Result<void>();
}

}  // namespace rapport

// One connection whose waits are bounded: its thread sweeps it, so that a limit costs no timer of its own.
//
// Invariants:
// - All of it runs on the thread of one io_context, which also sweeps it.
// - A wait has a limit where `arm` or `write_all` set one. Once it has passed, the pending operation ends, and
//   `timed_out` says why until `take_timeout`.
#pragma once

#include <chrono>
#include <utility>

#include "engine/http/transport.h"
#include "events/result.h"

namespace rapport {

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  // `tls` may be null: plain.
  Connection(Socket socket, asio::ssl::context* tls) : transport_(std::move(socket), tls) {}

  Transport& transport() { return transport_; }
  const Transport& transport() const { return transport_; }

  // What is waited for from now on must come within `timeout`.
  void arm(std::chrono::milliseconds timeout) { deadline_ = Clock::now() + timeout; }
  void disarm() { deadline_ = Clock::time_point::max(); }

  // A read that ends with bytes may find the limit passed too, when both came at once: it counts as failed all the
  // same, because the sweep took the limit away, and the wait that goes on would have none.
  bool timed_out() const { return timed_out_; }
  bool take_timeout() { return std::exchange(timed_out_, false); }

  void sweep(Clock::time_point now);

  // The server's deadline to stop has passed: every operation ends, now and from now on.
  void cut_off();
  bool is_cut_off() const { return cut_off_; }

  // Sends all of it; each piece that the peer takes starts `timeout` anew. A limit that was armed stands again
  // afterwards. Errors: shutting_down (cut off), wait_timeout, unreachable.
  [[nodiscard]] asio::awaitable<Result<void>> write_all(WriteBuffers buffers, std::chrono::milliseconds timeout);

 private:
  Transport transport_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool timed_out_ = false;  // the sweep saw the deadline pass, and took it away
  bool cut_off_ = false;
};

}  // namespace rapport

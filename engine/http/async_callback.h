// Waits, in a handler, for something that another thread will say through a callback: the log's acknowledgement, the
// fold reaching a position.
//
//   auto positions = co_await async_from_callback<std::vector<LogPosition>>(
//       [&](auto done) { log.append(std::move(records), done); });
//
// Invariants:
// - `done` takes a Result<T>. It may be copied, and called from any thread, before or after the initiator returns; its
//   first call counts. The coroutine goes on on its own executor, never inside `done`.
// - The wait may end without `done`: at the deadline with wait_timeout, and with shutting_down where the server cuts
//   the request off. `done` may still be called later and then does nothing; so the callback must own all else that it
//   touches, because the handler's frame may be gone.
// - Where every copy of `done` is let go without a call, the wait ends with internal.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "events/result.h"

namespace rapport {

namespace asio = boost::asio;

// What the coroutine and the callback share. The timer is the coroutine's own, and is gone with it: the callback may
// outlive the server.
template <class T>
struct CallbackWait {
  std::mutex mutex;
  std::optional<Result<T>> result;
  asio::steady_timer* timer = nullptr;  // null: nobody waits any more

  // From any thread.
  static void finish(const std::shared_ptr<CallbackWait>& wait, Result<T> result) {
    const std::lock_guard lock(wait->mutex);
    if (wait->timer == nullptr || wait->result) return;
    wait->result.emplace(std::move(result));
    asio::post(wait->timer->get_executor(), [wait] { wait->wake(); });
  }

  bool has_result() {
    const std::lock_guard lock(mutex);
    return result.has_value();
  }

  // On the coroutine's executor. Moving the expiry, rather than cancelling, also ends a wait that has yet to begin.
  void wake() {
    const std::lock_guard lock(mutex);
    if (timer != nullptr) timer->expires_at(std::chrono::steady_clock::time_point::min());
  }

  void end() {
    const std::lock_guard lock(mutex);
    timer = nullptr;
  }
};

// What the initiator is given: callable with a Result<T>.
template <class T>
class CallbackDone {
 public:
  explicit CallbackDone(std::shared_ptr<CallbackWait<T>> wait) : last_(std::make_shared<Last>(std::move(wait))) {}

  void operator()(Result<T> result) const { CallbackWait<T>::finish(last_->wait, std::move(result)); }

 private:
  // Goes with the last copy.
  struct Last {
    explicit Last(std::shared_ptr<CallbackWait<T>> of) : wait(std::move(of)) {}
    Last(const Last&) = delete;
    Last& operator=(const Last&) = delete;
    ~Last() { CallbackWait<T>::finish(wait, Error{Errc::internal, "a callback was dropped without a call"}); }

    std::shared_ptr<CallbackWait<T>> wait;
  };
  std::shared_ptr<Last> last_;
};

// Calls initiate(CallbackDone<T>) and waits for its answer, until the deadline at most.
// Errors: the callback's own, wait_timeout, shutting_down, internal. An exception of the initiator goes through.
template <class T, class Initiator>
asio::awaitable<Result<T>> async_from_callback_until(std::chrono::steady_clock::time_point deadline,
                                                     Initiator initiate) {
  asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
  const auto wait = std::make_shared<CallbackWait<T>>();
  wait->timer = &timer;
  struct EndGuard {
    CallbackWait<T>& of;
    ~EndGuard() { of.end(); }
  };
  const EndGuard end_guard{*wait};

  initiate(CallbackDone<T>(wait));
  boost::system::error_code interrupted;
  // A timer that is due as its wait begins would have to be told so by the kernel.
  if (!wait->has_result()) co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));

  const std::lock_guard lock(wait->mutex);
  if (wait->result) co_return std::move(*wait->result);
  if (interrupted) co_return Error{Errc::shutting_down, "the request was cut off"};
  co_return Error{Errc::wait_timeout, "no answer before the deadline"};
}

template <class T, class Initiator>
asio::awaitable<Result<T>> async_from_callback(Initiator initiate) {
  return async_from_callback_until<T>(std::chrono::steady_clock::time_point::max(), std::move(initiate));
}

// Sleeps; false where the server cut the request off meanwhile.
asio::awaitable<bool> async_sleep(std::chrono::milliseconds duration);

}  // namespace rapport

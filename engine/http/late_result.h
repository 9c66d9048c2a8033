// An answer that is asked for now and waited for later, while more is asked: async_callback.h's wait in two steps.
//
//   LateResult<Published> answer(context.executor());
//   publisher.publish(std::move(events), options, answer.done());
//   ...
//   auto published = co_await answer.wait();
//
// Invariants: as async_callback.h's. An answer that comes when nobody has it any more does nothing; the thread that
// gives it may outlive the coroutine and the server.
#pragma once

#include "engine/http/async_callback.h"

namespace rapport {

// For one coroutine, on its executor.
template <class T>
class LateResult {
 public:
  explicit LateResult(const asio::any_io_executor& executor)
      : timer_(std::make_unique<asio::steady_timer>(executor, std::chrono::steady_clock::time_point::max())),
        wait_(std::make_shared<CallbackWait<T>>()) {
    wait_->timer = timer_.get();
  }
  ~LateResult() { wait_->end(); }
  LateResult(const LateResult&) = delete;
  LateResult& operator=(const LateResult&) = delete;

  // To be given a Result<T>, from any thread; called once.
  CallbackDone<T> done() const { return CallbackDone<T>(wait_); }

  // Whether wait() would return at once.
  bool ready() const { return wait_->has_result(); }

  // Once. Errors: the callback's own; shutting_down, where the server cuts the request off; internal.
  asio::awaitable<Result<T>> wait() {
    boost::system::error_code interrupted;
    if (!ready()) co_await timer_->async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
    const std::lock_guard lock(wait_->mutex);
    if (wait_->result) co_return std::move(*wait_->result);
    co_return Error{Errc::shutting_down, "the request was cut off"};
  }

 private:
  std::unique_ptr<asio::steady_timer> timer_;
  std::shared_ptr<CallbackWait<T>> wait_;
};

}  // namespace rapport

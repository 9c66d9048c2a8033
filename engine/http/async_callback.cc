#include "engine/http/async_callback.h"

namespace rapport {

asio::awaitable<bool> async_sleep(std::chrono::milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  boost::system::error_code interrupted;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
  co_return !interrupted;
}

}  // namespace rapport

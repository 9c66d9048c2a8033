// The limit of serving: Beast answering a fixed body to whatever is asked, over kept-open connections.
//
//   http_limit PORT THREADS BODY_SIZE
//
// On loopback, one io_context for each thread, as the engine has it. Runs until it is ended by a signal.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

asio::awaitable<void> serve(tcp::socket socket, const std::string& body) {
  socket.set_option(tcp::no_delay(true));
  beast::flat_buffer buffer;
  try {
    for (;;) {
      http::request<http::empty_body> request;
      co_await http::async_read(socket, buffer, request, asio::use_awaitable);
      http::response<http::string_body> response(http::status::ok, request.version());
      response.set(http::field::content_type, "application/json");
      response.keep_alive(request.keep_alive());
      response.body() = body;
      response.prepare_payload();
      co_await http::async_write(socket, response, asio::use_awaitable);
    }
  } catch (const boost::system::system_error&) {
    // The client has gone.
  }
}

asio::awaitable<void> accept(tcp::acceptor acceptor, std::vector<std::unique_ptr<asio::io_context>>& contexts,
                             const std::string& body) {
  for (std::size_t next = 0;; next = (next + 1) % contexts.size()) {
    asio::io_context& context = *contexts[next];
    tcp::socket socket(context);
    co_await acceptor.async_accept(socket, asio::use_awaitable);
    asio::co_spawn(context, serve(std::move(socket), body), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: http_limit PORT THREADS BODY_SIZE\n";
    return 2;
  }
  const auto port = static_cast<unsigned short>(std::strtoul(argv[1], nullptr, 10));
  const std::string body(std::strtoul(argv[3], nullptr, 10), 'x');
  std::vector<std::unique_ptr<asio::io_context>> contexts(std::strtoul(argv[2], nullptr, 10));
  for (auto& context : contexts) context = std::make_unique<asio::io_context>(1);
  tcp::acceptor acceptor(*contexts.front(), {asio::ip::address_v4::loopback(), port});
  asio::co_spawn(*contexts.front(), accept(std::move(acceptor), contexts, body), asio::detached);
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> busy;
  std::vector<std::thread> threads;
  for (auto& context : contexts) {
    busy.push_back(asio::make_work_guard(*context));
    threads.emplace_back([&context] { context->run(); });
  }
  for (auto& thread : threads) thread.join();
}

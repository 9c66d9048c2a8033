// One connection's bytes, plain or through TLS, so that everything above is written once.
//
// Invariants: one read and one write at a time; the thread of its io_context only. No call throws: errors are codes.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <tuple>

namespace rapport {

namespace asio = boost::asio;
using boost::system::error_code;

using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using IoResult = std::tuple<error_code, std::size_t>;
// Written in one system call where the connection is plain: a head, a body and what ends it, any of them empty.
using WriteBuffers = std::array<asio::const_buffer, 3>;

class Transport {
 public:
  Transport(Socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    if (tls != nullptr) tls_.emplace(socket_, *tls);
  }
  // The TLS stream refers to the socket beside it.
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  Socket& socket() { return socket_; }
  bool is_tls() const { return tls_.has_value(); }
  asio::ssl::stream<Socket&>& tls() { return *tls_; }

  asio::awaitable<std::tuple<error_code>> handshake(asio::ssl::stream_base::handshake_type side) {
    return tls_->async_handshake(side, asio::as_tuple(asio::use_awaitable));
  }

  // At least one byte, or an error; eof where the peer has closed its side.
  asio::awaitable<IoResult> read_some(void* data, std::size_t size) {
    const auto buffer = asio::mutable_buffer(data, size);
    if (tls_) return tls_->async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
    return socket_.async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
  }

  // Whether the kernel has bytes that were not read.
  bool has_come() const {
    error_code failed;
    return socket_.available(failed) > 0;
  }

  asio::awaitable<IoResult> write_some(const WriteBuffers& buffers) {
    if (tls_) return tls_->async_write_some(buffers, asio::as_tuple(asio::use_awaitable));
    return socket_.async_write_some(buffers, asio::as_tuple(asio::use_awaitable));
  }

  // What the kernel takes at once, without waiting: most responses go out whole this way, and no operation is queued
  // for them. Zero through TLS.
  std::size_t write_now(const WriteBuffers& buffers) {
    if (tls_) return 0;
    error_code would_block;
    return socket_.write_some(buffers, would_block);
  }

  // Ends the operations that are pending, with operation_aborted.
  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }
  // The peer sees our end, and may still send.
  void shutdown_send() {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  asio::awaitable<std::tuple<error_code>> shutdown_tls() {
    return tls_->async_shutdown(asio::as_tuple(asio::use_awaitable));
  }
  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
};

// Drops the first `size` bytes.
inline void advance(WriteBuffers& buffers, std::size_t size) {
  for (asio::const_buffer& buffer : buffers) {
    const std::size_t taken = std::min(size, buffer.size());
    buffer += taken;
    size -= taken;
  }
}

}  // namespace rapport

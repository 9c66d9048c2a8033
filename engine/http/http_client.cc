#include "engine/http/http_client.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "engine/http/head_scanner.h"
#include "engine/http/message_parser.h"
#include "engine/http/read_buffer.h"
#include "engine/http/tls_context.h"
#include "engine/http/transport.h"

namespace rapport {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kHeadBytesMax = 64u << 10;

struct Origin {
  bool tls = false;
  std::string host, port;
  std::string authority;  // as the Host field has it
  std::string prefix;     // goes before every target; without a slash at its end
};

Result<Origin> parse_origin(const std::string& text) {
  const auto url = boost::urls::parse_uri(text);
  const bool known = url && (url->scheme() == "http" || url->scheme() == "https") && !url->host().empty();
  if (!known || url->has_query() || url->has_fragment() || url->has_userinfo()) {
    return Error{Errc::invalid_argument, "\"" + text + "\" is not like http://127.0.0.1:8080 or https://crm.example",
                 "url"};
  }
  Origin origin;
  origin.tls = url->scheme() == "https";
  origin.host = url->host_address();
  origin.port = url->has_port() ? std::string(url->port()) : (origin.tls ? "443" : "80");
  origin.authority = std::string(url->encoded_host_and_port());
  origin.prefix = std::string(url->encoded_path());
  while (origin.prefix.ends_with('/')) origin.prefix.pop_back();
  return origin;
}

bool is_target(std::string_view target) {
  return target.starts_with('/') &&
         std::all_of(target.begin(), target.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

std::string chunk_head(std::size_t size) {
  std::array<char, 20> digits;
  const auto end = std::snprintf(digits.data(), digits.size(), "%zx\r\n", size);
  return {digits.data(), static_cast<std::size_t>(end)};
}

}  // namespace

struct HttpClient::Impl {
  Impl(HttpClientOptions of_caller, Origin of_url) : options(std::move(of_caller)), origin(std::move(of_url)) {}

  [[nodiscard]] Result<HttpClientResponse> send(const HttpClientRequest& request, const RequestBodySource* source,
                                                const ResponseBodySink* sink);
  [[nodiscard]] Result<HttpClientResponse> exchange(const HttpClientRequest& request, const RequestBodySource* source,
                                                    const ResponseBodySink* sink);
  [[nodiscard]] Result<void> connect();
  // False: the server has answered before the source's end, and the rest was not sent.
  [[nodiscard]] Result<bool> write_request(const HttpClientRequest& request, const RequestBodySource* source);
  [[nodiscard]] Result<void> read_head(bool to_head, HttpClientResponse& response);
  [[nodiscard]] Result<void> read_body(HttpClientResponse& response, const ResponseBodySink* sink);
  [[nodiscard]] Result<bool> read_more();  // false at the end
  [[nodiscard]] Result<void> write(std::string_view first, std::string_view second = {}, std::string_view third = {});
  std::string request_head(const HttpClientRequest& request, bool streamed) const;
  bool has_spoken();
  bool socket_is_readable();
  void close() {
    if (transport) transport->close();
    transport.reset();
  }

  // Starts an operation with a handler (error, bytes), and runs it until it is done, or the time is over.
  template <class Start>
  Result<std::size_t> wait(milliseconds timeout, Start start);

  HttpClientOptions options;
  Origin origin;
  std::unique_ptr<asio::ssl::context> tls;
  asio::io_context context{1};
  std::optional<Transport> transport;
  ReadBuffer buffer{kHeadBytesMax};
  ResponseParser parser;
  std::atomic<bool> interrupted{false};
};

template <class Start>
Result<std::size_t> HttpClient::Impl::wait(milliseconds timeout, Start start) {
  std::optional<error_code> ended;
  std::size_t bytes = 0;
  start([&](const error_code& error, std::size_t size = 0) {
    ended = error;
    bytes = size;
  });
  context.restart();
  const auto deadline = Clock::now() + timeout;
  while (!ended && !interrupted && Clock::now() < deadline) context.run_one_until(deadline);
  if (!ended) {
    // The operation refers to this frame: end it before leaving.
    error_code ignored;
    if (transport) transport->socket().close(ignored);
    context.restart();
    while (!ended) context.run_one();
    if (interrupted) return Error{Errc::shutting_down, "interrupted"};
    return Error{Errc::unreachable, origin.authority + " was silent for too long"};
  }
  if (interrupted) return Error{Errc::shutting_down, "interrupted"};
  if (*ended == asio::error::eof) return Error{Errc::unreachable, origin.authority + " closed the connection"};
  if (*ended) return Error{Errc::unreachable, origin.authority + ": " + ended->message()};
  return bytes;
}

Result<void> HttpClient::Impl::connect() {
  tcp::resolver resolver(context);
  tcp::resolver::results_type endpoints;
  auto resolved = wait(options.connect_timeout, [&](auto done) {
    resolver.async_resolve(origin.host, origin.port, [&, done](const error_code& error, auto results) mutable {
      endpoints = std::move(results);
      done(error);
    });
  });
  if (!resolved) return resolved.error();
  transport.emplace(Socket(context.get_executor()), nullptr);
  auto connected = wait(options.connect_timeout, [&](auto done) {
    asio::async_connect(transport->socket(), endpoints,
                        [done](const error_code& error, const tcp::endpoint&) mutable { done(error); });
  });
  if (!connected) return connected.error();
  Socket socket = std::move(transport->socket());
  transport.emplace(std::move(socket), tls.get());
  if (tls == nullptr) return {};
  if (options.verify_certificate) {
    transport->tls().set_verify_callback(asio::ssl::host_name_verification(origin.host));
  }
  SSL_set_tlsext_host_name(transport->tls().native_handle(), origin.host.c_str());
  auto shaken = wait(options.connect_timeout, [&](auto done) {
    transport->tls().async_handshake(asio::ssl::stream_base::client,
                                     [done](const error_code& error) mutable { done(error); });
  });
  if (!shaken) return shaken.error();
  return {};
}

// Something has come that is not read yet: an answer, or the connection's end.
bool HttpClient::Impl::has_spoken() {
  if (!buffer.empty()) return true;
  if (!socket_is_readable()) return false;
  if (!transport->is_tls()) return true;
  // TLS has words of its own (session tickets): only reading them tells them from an answer.
  const ReadBuffer::Space space = buffer.space();
  std::optional<error_code> ended;
  std::size_t bytes = 0;
  transport->tls().async_read_some(asio::buffer(space.data, space.size),
                                   [&](const error_code& error, std::size_t size) {
                                     ended = error;
                                     bytes = size;
                                   });
  context.restart();
  while (!ended && context.poll_one() > 0) {
  }
  if (!ended) {
    transport->cancel();
    context.restart();
    while (!ended) context.run_one();
  }
  buffer.commit(bytes);
  return bytes > 0 || *ended != asio::error::operation_aborted;
}

bool HttpClient::Impl::socket_is_readable() {
  char byte;
  const auto got = ::recv(transport->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

Result<void> HttpClient::Impl::write(std::string_view first, std::string_view second, std::string_view third) {
  WriteBuffers buffers{asio::buffer(first), asio::buffer(second), asio::buffer(third)};
  while (asio::buffer_size(buffers) > 0) {
    auto written = wait(options.idle_timeout, [&](auto done) {
      if (transport->is_tls()) {
        transport->tls().async_write_some(buffers, done);
      } else {
        transport->socket().async_write_some(buffers, done);
      }
    });
    if (!written) return written.error();
    rapport::advance(buffers, *written);
  }
  return {};
}

Result<bool> HttpClient::Impl::read_more() {
  const ReadBuffer::Space space = buffer.space();
  if (space.size == 0) return Error{Errc::invalid_argument, "the response's head or a chunk's is too large"};
  const asio::mutable_buffer into(space.data, space.size);
  auto came = wait(options.idle_timeout, [&](auto done) {
    auto tolerant = [done](error_code error, std::size_t size) mutable {
      // The end is an answer here, also without TLS's own farewell.
      if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) error = {};
      done(error, size);
    };
    if (transport->is_tls()) {
      transport->tls().async_read_some(into, tolerant);
    } else {
      transport->socket().async_read_some(into, tolerant);
    }
  });
  if (!came) return came.error();
  buffer.commit(*came);
  return *came > 0;
}

std::string HttpClient::Impl::request_head(const HttpClientRequest& request, bool streamed) const {
  std::string head(http_method_name(request.method));
  head.append(" ").append(origin.prefix).append(request.target).append(" HTTP/1.1\r\nHost: ").append(origin.authority);
  head += "\r\n";
  for (const HttpHeaders* headers : {&options.headers, &request.headers}) {
    for (std::size_t i = 0; i < headers->size(); ++i) {
      head.append((*headers)[i].name).append(": ").append((*headers)[i].value).append("\r\n");
    }
  }
  if (!request.content_type.empty()) head.append("Content-Type: ").append(request.content_type).append("\r\n");
  if (streamed) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!request.body.empty() || request.method == HttpMethod::post || request.method == HttpMethod::put ||
             request.method == HttpMethod::patch) {
    head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  return head += "\r\n";
}

Result<bool> HttpClient::Impl::write_request(const HttpClientRequest& request, const RequestBodySource* source) {
  const std::string head = request_head(request, source != nullptr);
  if (source == nullptr) {
    RAPPORT_TRY(write(head, request.body));
    return true;
  }
  RAPPORT_TRY(write(head));
  while (true) {
    auto piece = (*source)();
    if (!piece) return piece.error();
    if (has_spoken()) return false;
    if (piece->empty()) {
      RAPPORT_TRY(write("0\r\n\r\n"));
      return true;
    }
    RAPPORT_TRY(write(chunk_head(piece->size()), *piece, "\r\n"));
  }
}

Result<void> HttpClient::Impl::read_head(bool to_head, HttpClientResponse& response) {
  while (true) {
    HeadScanner scanner;
    HeadScanner::Found found;
    while ((found = scanner.scan(buffer.unread())) == HeadScanner::Found::more) {
      auto more = read_more();
      if (!more) return more.error();
      if (!*more) return Error{Errc::unreachable, origin.authority + " closed the connection before it answered"};
    }
    if (found == HeadScanner::Found::malformed) {
      return Error{Errc::invalid_argument, origin.authority + " does not speak HTTP"};
    }
    response.headers.clear();
    RAPPORT_TRY(
        parser.parse_head(buffer.unread().substr(0, scanner.size()), to_head, response.status, response.headers));
    buffer.consume(scanner.size());
    if (response.status >= 200) return {};  // not an interim response
  }
}

Result<void> HttpClient::Impl::read_body(HttpClientResponse& response, const ResponseBodySink* sink) {
  const bool to_sink = sink != nullptr && response.status / 100 == 2;
  while (!parser.complete()) {
    auto piece = parser.parse_body(buffer.unread());
    if (!piece) return piece.error();
    if (!piece->bytes.empty()) {
      if (to_sink) {
        if (!(*sink)(response, piece->bytes)) {
          close();
          return {};
        }
      } else {
        if (response.body.size() + piece->bytes.size() > options.response_bytes_max) {
          return Error{Errc::too_large,
                       "the response is larger than " + std::to_string(options.response_bytes_max) + " bytes"};
        }
        response.body.append(piece->bytes);
      }
    }
    buffer.consume(piece->consumed);
    if (piece->consumed > 0) continue;
    auto more = read_more();
    if (!more) return more.error();
    if (!*more) return parser.finish_at_eof();
  }
  return {};
}

Result<HttpClientResponse> HttpClient::Impl::exchange(const HttpClientRequest& request, const RequestBodySource* source,
                                                      const ResponseBodySink* sink) {
  if (transport && has_spoken()) close();  // the kept connection has ended
  if (!transport) {
    buffer.consume(buffer.unread().size());
    RAPPORT_TRY(connect());
  }
  HttpClientResponse response;
  const auto written = write_request(request, source);
  // A server that refuses answers first and closes then: what it said counts, not the broken pipe.
  if (!written && (written.error().code != Errc::unreachable || !transport || !has_spoken())) return written.error();
  RAPPORT_TRY(read_head(request.method == HttpMethod::head, response));
  RAPPORT_TRY(read_body(response, sink));
  const bool whole = written && *written;  // else what comes next would be taken for the rest of the body
  if (transport && (!whole || !parser.complete() || !parser.keep_alive())) close();
  return response;
}

Result<HttpClientResponse> HttpClient::Impl::send(const HttpClientRequest& request, const RequestBodySource* source,
                                                  const ResponseBodySink* sink) {
  if (interrupted) return Error{Errc::shutting_down, "interrupted"};
  if (!is_target(request.target)) {
    return Error{Errc::invalid_argument, "\"" + request.target + "\" is not an encoded target", "target"};
  }
  auto response = exchange(request, source, sink);
  if (!response) close();
  return response;
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::open(HttpClientOptions options) {
  auto origin = parse_origin(options.url);
  if (!origin) return origin.error();
  auto impl = std::make_unique<Impl>(std::move(options), *std::move(origin));
  if (impl->origin.tls) {
    auto tls = client_tls_context(impl->options.authorities, impl->options.verify_certificate);
    if (!tls) return tls.error();
    impl->tls = *std::move(tls);
  }
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

Result<HttpClientResponse> HttpClient::send(const HttpClientRequest& request) {
  return impl_->send(request, nullptr, nullptr);
}
Result<HttpClientResponse> HttpClient::send(const HttpClientRequest& request, const RequestBodySource& source) {
  return impl_->send(request, &source, nullptr);
}
Result<HttpClientResponse> HttpClient::send(const HttpClientRequest& request, const ResponseBodySink& sink) {
  return impl_->send(request, nullptr, &sink);
}

void HttpClient::interrupt() {
  impl_->interrupted = true;
  asio::post(impl_->context, [] {});  // wakes the wait
}

}  // namespace rapport

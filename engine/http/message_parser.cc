#include "engine/http/message_parser.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <limits>
#include <string>

#include "engine/http/request_target.h"

namespace rapport {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using BeastText = boost::beast::string_view;

std::string_view view(BeastText text) { return {text.data(), text.size()}; }

bool is_control(char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }

bool equal_words(std::string_view a, std::string_view lower_case) {
  return a.size() == lower_case.size() && std::equal(a.begin(), a.end(), lower_case.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x | 0x20) : x) == y;
         });
}

// Chunked bodies are read by Beast a structured element at a time. Given the lone bytes of a last chunk one by one, its
// assertions fail; with as many as the shortest ending has ("0CRLFCRLF"), they hold.
constexpr std::size_t kChunkBytesMin = 5;

// Collects what Beast's parser calls out. One per message: it cannot be used twice.
template <bool is_request>
class Collector final : public beast_http::basic_parser<is_request> {
 public:
  Collector(HttpHeaders& headers, std::size_t fields_max) : headers_(headers), fields_max_(fields_max) {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());  // the caller has bounded the head
    this->body_limit(boost::none);
  }

  std::string_view method, target;  // in the head's bytes
  int version = 11;
  int status = 0;
  bool too_many_fields = false;
  std::string_view piece;
  std::uint64_t chunked_bytes_left = std::numeric_limits<std::uint64_t>::max();  // of the body's limit

 private:
  void on_request_impl(beast_http::verb, BeastText method_text, BeastText target_text, int number,
                       error_code&) override {
    method = view(method_text);
    target = view(target_text);
    version = number;
  }
  void on_response_impl(int code, BeastText, int number, error_code&) override {
    status = code;
    version = number;
  }
  void on_field_impl(beast_http::field, BeastText name, BeastText value, error_code& error) override {
    if (head_done_) return;  // a trailer
    if (headers_.size() == fields_max_) {
      too_many_fields = true;
      error = beast_http::error::header_limit;
      return;
    }
    headers_.add(view(name), view(value));
  }
  void on_header_impl(error_code&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastText bytes, error_code&) override {
    piece = view(bytes);
    return bytes.size();
  }
  // Once for each chunk. Beast's own limit is charged each time it looks whether a chunk's header is whole.
  void on_chunk_header_impl(std::uint64_t size, BeastText extensions, error_code& error) override {
    // Beast lets a quoted extension hold a line feed, where another reader may see the line end.
    if (std::any_of(extensions.begin(), extensions.end(), is_control)) error = beast_http::error::bad_chunk_extension;
    if (size > chunked_bytes_left) error = beast_http::error::body_limit;
    chunked_bytes_left -= size;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastText bytes, error_code&) override {
    piece = view(bytes);
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}

  HttpHeaders& headers_;
  std::size_t fields_max_;
  bool head_done_ = false;
};

// Of the last chunk and its trailers, which come from Beast in one piece: it joins folded lines, as HeadScanner lets no
// head do, and another reader may see fields of their own.
bool holds_folded_line(std::string_view ending) {
  return ending.find("\r\n ") != std::string_view::npos || ending.find("\r\n\t") != std::string_view::npos;
}

template <bool is_request>
Result<BodyPiece> parse_chunked(Collector<is_request>& collector, std::string_view bytes) {
  if (bytes.size() < kChunkBytesMin) return BodyPiece{};
  collector.piece = {};
  error_code error;
  const std::size_t consumed = collector.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == beast_http::error::need_more) return BodyPiece{consumed, collector.piece};
  if (error == beast_http::error::body_limit) return Error{Errc::too_large, "the body exceeds its limit", "body"};
  if (error) return Error{Errc::invalid_argument, "the body's chunks are malformed: " + error.message(), "body"};
  if (collector.is_done() && holds_folded_line(bytes.substr(0, consumed))) {
    return Error{Errc::invalid_argument, "the body's chunks are malformed: a trailer is folded", "body"};
  }
  return BodyPiece{consumed, collector.piece};
}

Result<void> parse_whole_head(auto& collector, std::string_view head) {
  error_code error;
  const std::size_t consumed = collector.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error) return Error{Errc::invalid_argument, error.message()};
  if (consumed != head.size() || !collector.is_header_done()) return Error{Errc::invalid_argument, "the head is cut"};
  return {};
}

Problem malformed(std::string detail) {
  return {.status = 400,
          .code = "malformed_request",
          .title = "The bytes are not one HTTP request",
          .detail = std::move(detail)};
}

// "HTTP/2.0" and the like, in an otherwise proper request line, as opposed to anything else.
bool names_other_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const std::size_t at = line.rfind(" HTTP/");
  if (at == std::string_view::npos || line.size() - at != 9 || std::count(line.begin(), line.end(), ' ') != 2) {
    return false;
  }
  const std::string_view version = line.substr(at + 6);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return is_digit(version[0]) && version[1] == '.' && is_digit(version[2]) && version != "1.1" && version != "1.0";
}

std::optional<Problem> check_host(const HttpHeaders& headers, bool http_1_0) {
  const std::size_t count = headers.count("Host");
  if (count > 1 || (count == 0 && !http_1_0)) return malformed("Host must stand once");
  const std::string_view host = headers.find("Host").value_or("x");
  constexpr std::string_view kMarks = ".-_:[]%~!$&'()*+;=";
  const bool proper = !host.empty() && std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
  if (!proper) return malformed("Host is not a host and port");
  return std::nullopt;
}

// Their first value decides: whoever looked at the last, before us, saw another request.
constexpr std::array<std::string_view, 8> kSingle{"Authorization", "Content-Type", "If-Match",      "Idempotency-Key",
                                                  "Last-Event-ID", "Origin",       "Rapport-After", "Rapport-Wait"};

std::optional<Problem> check_single(const HttpHeaders& headers) {
  for (std::size_t i = 1; i < headers.size(); ++i) {
    const std::string_view name = headers[i].name;
    const bool is_first = headers.find(name)->data() == headers[i].value.data();
    if (is_first) continue;
    for (const std::string_view single : kSingle) {
      if (are_one_field(name, single)) return malformed(std::string(single) + " must stand once");
    }
  }
  return std::nullopt;
}

std::optional<Problem> check_framing(const HttpHeaders& headers, bool http_1_0) {
  const std::size_t lengths = headers.count("Content-Length");
  const std::size_t codings = headers.count("Transfer-Encoding");
  if (lengths > 0 && codings > 0) return malformed("Content-Length and Transfer-Encoding exclude each other");
  if (lengths > 1) return malformed("Content-Length must stand once");
  if (codings > 1) return malformed("Transfer-Encoding must stand once");
  if (codings > 0 && http_1_0) return malformed("HTTP/1.0 has no Transfer-Encoding");
  if (codings > 0 && !equal_words(*headers.find("Transfer-Encoding"), "chunked")) {
    return malformed("Transfer-Encoding may only be chunked");
  }
  if (lengths > 0) {
    const std::string_view length = *headers.find("Content-Length");
    constexpr std::size_t kDigitsMax = 19;  // below 2^64
    if (length.empty() || length.size() > kDigitsMax ||
        !std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      return malformed("Content-Length is not a number");
    }
  }
  return std::nullopt;
}

}  // namespace

struct RequestParser::Impl {
  std::optional<Collector<true>> collector;
  bool keep_alive = false;
  bool http_1_0 = false;
  bool expects_continue = false;
  bool chunked = false;
  std::uint64_t length = 0;     // of a body that is not chunked
  std::uint64_t remaining = 0;  // of it
  std::uint64_t limit = 0;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

std::optional<Problem> RequestParser::parse_head(std::string_view head, std::size_t fields_max, HttpRequest& request) {
  Impl& self = *impl_;
  Collector<true>& collector = self.collector.emplace(request.headers, fields_max);
  if (const Result<void> done = parse_whole_head(collector, head); !done) {
    if (collector.too_many_fields) {
      return Problem{.status = 431,
                     .code = "header_too_large",
                     .title = "The header is too large",
                     .detail = "more than " + std::to_string(fields_max) + " fields"};
    }
    if (collector.method.empty() && names_other_version(head)) {
      return Problem{.status = 505,
                     .code = "version_not_supported",
                     .title = "The HTTP version is not spoken here",
                     .detail = "only HTTP/1.1 and HTTP/1.0"};
    }
    return malformed(done.error().detail);
  }
  self.http_1_0 = collector.version == 10;
  if (auto problem = check_framing(request.headers, self.http_1_0)) return problem;
  if (auto problem = check_host(request.headers, self.http_1_0)) return problem;
  if (auto problem = check_single(request.headers)) return problem;

  const auto method = http_method_of(collector.method);
  if (!method) {
    return Problem{.status = 501,
                   .code = "not_implemented",
                   .title = "The method is not known",
                   .detail = "the methods are GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS"};
  }
  request.method = *method;
  if (const Result<void> target = parse_request_target(collector.target, request); !target) {
    return malformed("the target " + target.error().detail);
  }

  const std::string_view expect = self.http_1_0 ? "" : request.headers.find("Expect").value_or("");
  if (!expect.empty() && !equal_words(expect, "100-continue")) {
    return Problem{.status = 417,
                   .code = "expectation_failed",
                   .title = "The expectation is not known",
                   .detail = "only 100-continue"};
  }
  self.keep_alive = collector.keep_alive();
  self.chunked = collector.chunked();
  self.length = 0;
  if (const auto length = request.headers.find("Content-Length")) {
    std::from_chars(length->data(), length->data() + length->size(), self.length);
  }
  self.remaining = self.length;
  self.limit = std::numeric_limits<std::uint64_t>::max();
  self.expects_continue = !expect.empty() && !complete();
  return std::nullopt;
}

bool RequestParser::keep_alive() const { return impl_->keep_alive; }
bool RequestParser::http_1_0() const { return impl_->http_1_0; }
bool RequestParser::expects_continue() const { return impl_->expects_continue; }

std::optional<std::uint64_t> RequestParser::remaining() const {
  if (impl_->chunked) return std::nullopt;
  return impl_->remaining;
}

bool RequestParser::complete() const { return impl_->chunked ? impl_->collector->is_done() : impl_->remaining == 0; }

bool RequestParser::limit_body(std::uint64_t bytes_max) {
  impl_->limit = bytes_max;
  if (impl_->chunked) impl_->collector->chunked_bytes_left = bytes_max;
  return impl_->length <= bytes_max;
}

Result<BodyPiece> RequestParser::parse_body(std::string_view bytes) {
  Impl& self = *impl_;
  if (self.chunked) return parse_chunked(*self.collector, bytes);
  if (self.length > self.limit) return Error{Errc::too_large, "the body exceeds its limit", "body"};
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(self.remaining, bytes.size()));
  self.remaining -= size;
  return BodyPiece{size, bytes.substr(0, size)};
}

struct ResponseParser::Impl {
  std::optional<Collector<false>> collector;
};

ResponseParser::ResponseParser() : impl_(std::make_unique<Impl>()) {}
ResponseParser::~ResponseParser() = default;

Result<void> ResponseParser::parse_head(std::string_view head, bool to_head, int& status, HttpHeaders& headers) {
  Collector<false>& collector = impl_->collector.emplace(headers, std::numeric_limits<std::size_t>::max());
  collector.skip(to_head);
  RAPPORT_TRY(parse_whole_head(collector, head));
  status = collector.status;
  return {};
}

bool ResponseParser::keep_alive() const { return impl_->collector->keep_alive(); }
bool ResponseParser::complete() const { return impl_->collector->is_done(); }

Result<BodyPiece> ResponseParser::parse_body(std::string_view bytes) {
  Collector<false>& collector = *impl_->collector;
  if (collector.chunked()) return parse_chunked(collector, bytes);
  if (bytes.empty()) return BodyPiece{};
  collector.piece = {};
  error_code error;
  const std::size_t consumed = collector.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error) return Error{Errc::invalid_argument, "the response's body is malformed: " + error.message()};
  return BodyPiece{consumed, collector.piece};
}

Result<void> ResponseParser::finish_at_eof() {
  error_code error;
  impl_->collector->put_eof(error);
  if (error) return Error{Errc::unreachable, "the server closed the connection in the middle of a response"};
  return {};
}

}  // namespace rapport

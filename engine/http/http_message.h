// One HTTP request and one response as plain values: what a handler reads and what it answers. No sockets, no parser.
//
// Invariants:
// - A request that a handler sees is well formed: its path and query are percent-decoded, valid UTF-8 and free of NUL;
//   its path holds no "." or ".." segment; its framing was unambiguous.
// - Header names compare without regard to case, and keep the spelling they came with.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/http/body_stream.h"

namespace rapport {

// No route has TRACE: it is known, and refused as a path's other methods are.
enum class HttpMethod : std::uint8_t { get, head, post, put, patch, delete_, options, trace };

// "GET", "DELETE", ...
std::string_view http_method_name(HttpMethod method);
// The method of that exact spelling; absent for a method that Rapport does not speak.
std::optional<HttpMethod> http_method_of(std::string_view name);

// "Not Found" for 404; "" for a status that has no name.
std::string_view http_reason_phrase(int status);

// Whether they name one header field: without regard to case (RFC 9110, section 5.1).
bool are_one_field(std::string_view name, std::string_view other);

// Header fields in the order they came. Names and values stand in one string, so that a cleared object takes the next
// message's fields without an allocation. Views that it gave out are good until the next add, set or clear.
class HttpHeaders {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<Field> fields);

  // The name must be a token and the value have no CR, LF or NUL, or it could forge another header:
  // std::invalid_argument is thrown, which the session answers with 500. Check text from outside before you put it
  // here.
  void add(std::string_view name, std::string_view value);
  // Takes the place of every field of that name.
  void set(std::string_view name, std::string_view value);
  void clear();

  // The first value of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  Field operator[](std::size_t index) const { return {name_of(entries_[index]), value_of(entries_[index])}; }

 private:
  struct Entry {
    std::uint32_t name_begin, value_begin, value_end;
  };
  std::string_view name_of(const Entry& entry) const {
    return {bytes_.data() + entry.name_begin, entry.value_begin - entry.name_begin};
  }
  std::string_view value_of(const Entry& entry) const {
    return {bytes_.data() + entry.value_begin, entry.value_end - entry.value_begin};
  }

  std::string bytes_;
  std::vector<Entry> entries_;
};

struct QueryParameter {
  std::string name;  // decoded; "where[]" keeps its brackets
  std::string value;
};

// The query's parameters in the order they came; a name may stand more than once.
class QueryParameters {
 public:
  std::vector<QueryParameter> all;

  // The first value of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  // Every value of that name, in order.
  std::vector<std::string_view> values(std::string_view name) const;
};

struct HttpRequest {
  HttpMethod method = HttpMethod::get;
  // Decoded segments: "/v1/identities/web/a%2Fb" is {"v1", "identities", "web", "a/b"}; "/" is none; a trailing slash
  // is an empty last segment.
  std::vector<std::string> path;
  QueryParameters query;
  HttpHeaders headers;
  std::string body;        // whole, of a route with BodyMode::whole; empty where the route streams it
  std::string request_id;  // the caller's own Rapport-Request-Id where it was sane, else made here
  std::string peer;        // the caller's address, without its port
  bool tls = false;

  // The media type of Content-Type in lower case, without parameters: "application/x-ndjson"; "" when there is none.
  std::string media_type() const;
  // Empties it for the next request of the same connection: peer and tls stay, and so does the memory of its strings.
  void reset();
};

struct HttpResponse {
  int status = 200;
  // Text in static storage: a literal. Empty: no Content-Type is sent.
  std::string_view content_type = "application/json";
  // Content-Length, Connection, Date, Rapport-Request-Id and traceparent are the server's own: it adds them, and
  // Cache-Control: no-store where there is none.
  HttpHeaders headers;
  std::string body;
  // Sent instead of `body` where set: for bytes that many responses share (a page, the OpenAPI document).
  std::shared_ptr<const std::string> shared_body;
  // Writes the body piece by piece where set, instead of both.
  BodyProducer stream;
  // The stream has no end of its own (Server-Sent Events): stopping the server ends it, where others are let finish.
  bool stream_is_endless = false;

  static HttpResponse json(std::string body, int status = 200);
  static HttpResponse empty();  // 204
};

}  // namespace rapport

#include "engine/http/http_message.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace rapport {
namespace {

constexpr std::array<std::string_view, 8> kMethodNames{"GET",   "HEAD",   "POST",    "PUT",
                                                       "PATCH", "DELETE", "OPTIONS", "TRACE"};

// Above this, a string gives its memory back between requests: one large body must not stay for a connection's life.
constexpr std::size_t kKeptBytesMax = 64u << 10;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr auto kTokenBytes = [] {
  std::array<bool, 256> token{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    token[static_cast<unsigned char>(c)] = true;
  }
  return token;
}();

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return kTokenBytes[static_cast<unsigned char>(c)]; });
}

// Each of these looks at many bytes at once.
bool is_field_value(std::string_view text) {
  constexpr auto kNone = std::string_view::npos;
  return text.find('\r') == kNone && text.find('\n') == kNone && text.find('\0') == kNone;
}

}  // namespace

std::string_view http_method_name(HttpMethod method) { return kMethodNames[static_cast<std::size_t>(method)]; }

std::optional<HttpMethod> http_method_of(std::string_view name) {
  const auto found = std::find(kMethodNames.begin(), kMethodNames.end(), name);
  if (found == kMethodNames.end()) return std::nullopt;
  return static_cast<HttpMethod>(found - kMethodNames.begin());
}

std::string_view http_reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

bool are_one_field(std::string_view name, std::string_view other) {
  if (name.size() != other.size()) return false;
  return name == other ||
         std::equal(name.begin(), name.end(), other.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

HttpHeaders::HttpHeaders(std::initializer_list<Field> fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void HttpHeaders::add(std::string_view name, std::string_view value) {
  if (!is_token(name)) throw std::invalid_argument("a header's name is not a token");
  if (!is_field_value(value)) throw std::invalid_argument("a header's value would forge another header");
  const auto begin = static_cast<std::uint32_t>(bytes_.size());
  bytes_.append(name).append(value);
  entries_.push_back(
      {begin, static_cast<std::uint32_t>(begin + name.size()), static_cast<std::uint32_t>(bytes_.size())});
}

void HttpHeaders::set(std::string_view name, std::string_view value) {
  std::erase_if(entries_, [&](const Entry& entry) { return are_one_field(name_of(entry), name); });
  add(name, value);
}

void HttpHeaders::clear() {
  bytes_.clear();
  entries_.clear();
}

std::optional<std::string_view> HttpHeaders::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (are_one_field(name_of(entry), name)) return value_of(entry);
  }
  return std::nullopt;
}

std::size_t HttpHeaders::count(std::string_view name) const {
  const auto found =
      std::ranges::count_if(entries_, [&](const Entry& entry) { return are_one_field(name_of(entry), name); });
  return static_cast<std::size_t>(found);
}

std::optional<std::string_view> QueryParameters::find(std::string_view name) const {
  for (const QueryParameter& parameter : all) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> QueryParameters::values(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const QueryParameter& parameter : all) {
    if (parameter.name == name) found.emplace_back(parameter.value);
  }
  return found;
}

std::string HttpRequest::media_type() const {
  std::string_view value = headers.find("Content-Type").value_or("");
  value = value.substr(0, value.find(';'));
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  std::string type(value);
  std::transform(type.begin(), type.end(), type.begin(), lower);
  return type;
}

void HttpRequest::reset() {
  method = HttpMethod::get;
  path.clear();
  query.all.clear();
  headers.clear();
  body.clear();
  if (body.capacity() > kKeptBytesMax) body.shrink_to_fit();
  request_id.clear();
}

HttpResponse HttpResponse::json(std::string body, int status) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

HttpResponse HttpResponse::empty() {
  HttpResponse response;
  response.status = 204;
  response.content_type = {};
  return response;
}

}  // namespace rapport

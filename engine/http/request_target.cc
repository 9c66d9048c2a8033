#include "engine/http/request_target.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace rapport {
namespace {

Error bad_target(std::string detail) { return {Errc::invalid_argument, std::move(detail), "target"}; }

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// The shortest forms of the scalar values only, as RFC 3629 has it: an overlong "/" or "." must not pass.
bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char lead = byte(i++);
    if (lead < 0x80) continue;
    std::size_t more = 0;
    unsigned char low = 0x80, high = 0xBF;  // of the second byte
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (text.size() - i < more) return false;
    if (byte(i) < low || byte(i) > high) return false;
    for (std::size_t k = 1; k < more; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    }
    i += more;
  }
  return true;
}

// Of a target that is printable ASCII.
Result<std::string> decode(std::string_view text, bool plus_is_space) {
  if (text.find('%') == std::string_view::npos && text.find('+') == std::string_view::npos) return std::string(text);
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      const auto high = text.size() - i > 2 ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
      if (!low) return bad_target("holds a % without two hexadecimal digits");
      decoded.push_back(static_cast<char>(*high * 16 + *low));
      i += 2;
    }
  }
  if (decoded.find('\0') != std::string::npos) return bad_target("holds a NUL");
  if (!is_utf8(decoded)) return bad_target("is not UTF-8");
  return decoded;
}

Result<void> parse_path(std::string_view path, std::vector<std::string>& segments) {
  if (path == "/") return {};
  path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    auto segment = decode(path.substr(0, slash), false);
    RAPPORT_TRY(segment);
    if (*segment == "." || *segment == "..") return bad_target("holds a dot segment");
    segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

Result<void> parse_query(std::string_view query, std::vector<QueryParameter>& parameters) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    if (parameters.size() == kQueryParametersMax) return bad_target("has too many parameters");
    const std::size_t equals = std::min(part.find('='), part.size());
    auto name = decode(part.substr(0, equals), true);
    RAPPORT_TRY(name);
    auto value = decode(part.substr(std::min(equals + 1, part.size())), true);
    RAPPORT_TRY(value);
    parameters.push_back({std::move(*name), std::move(*value)});
  }
  return {};
}

}  // namespace

Result<void> parse_request_target(std::string_view target, HttpRequest& request) {
  if (target.empty() || target.front() != '/') return bad_target("is not a path");
  // A URL is printable ASCII, and a fragment never leaves the browser: whoever sends other bytes does not mean what a
  // proxy before us may have read.
  if (std::any_of(target.begin(), target.end(), [](char c) { return c <= ' ' || c > '~' || c == '#'; })) {
    return bad_target("holds a byte that a URL does not have");
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  RAPPORT_TRY(parse_path(target.substr(0, mark), request.path));
  return parse_query(target.substr(std::min(mark + 1, target.size())), request.query.all);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return encoded;
}

}  // namespace rapport

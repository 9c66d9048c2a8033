#include "engine/http/api/request_values.h"

#include <sodium.h>

#include <charconv>

namespace rapport {
namespace {

Error bad(std::string_view name, std::string detail) {
  return {Errc::invalid_argument, std::move(detail), std::string(name)};
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

Result<std::uint64_t> id_parameter(const RequestContext& context, std::string_view name) {
  const auto id = parse_id(context.parameter(name));
  if (!id) return bad(name, id.error().detail);
  return *id;
}

Result<std::size_t> limit_of(const HttpRequest& request, std::size_t fallback, std::size_t max) {
  const auto text = request.query.find("limit");
  if (!text) return fallback;
  const auto limit = number(*text);
  if (!limit || *limit == 0 || *limit > max) return bad("limit", "is a number from 1 to " + std::to_string(max));
  return static_cast<std::size_t>(*limit);
}

Result<std::optional<Timestamp>> time_of(const HttpRequest& request, std::string_view name) {
  const auto text = request.query.find(name);
  if (!text) return std::optional<Timestamp>();
  const auto time = parse_timestamp(*text);
  if (!time) return bad(name, time.error().detail);
  return std::optional(*time);
}

Result<std::optional<std::uint64_t>> if_match_of(const HttpRequest& request) {
  auto text = request.headers.find("If-Match");
  if (!text) return std::optional<std::uint64_t>();
  if (text->size() >= 2 && text->front() == '"' && text->back() == '"') text = text->substr(1, text->size() - 2);
  const auto version = number(*text);
  if (!version) return bad("If-Match", "is a version, like \"17\"");
  return std::optional(*version);
}

std::vector<std::string> list_of(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> out;
  for (std::string_view value : request.query.values(name)) {
    while (!value.empty()) {
      const auto comma = std::min(value.find(','), value.size());
      if (comma > 0) out.emplace_back(value.substr(0, comma));
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
  }
  return out;
}

bool flag_of(const HttpRequest& request, std::string_view name) {
  const auto value = request.query.find(name);
  return value && (*value == "1" || *value == "true");
}

std::string encode_cursor(std::string_view state) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(state.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(state.data()), state.size(),
                    kVariant);
  out.resize(out.find('\0'));
  return out;
}

Result<std::optional<std::string>> cursor_of(const HttpRequest& request) {
  const auto text = request.query.find("cursor");
  if (!text) return std::optional<std::string>();
  std::string out(text->size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text->data(), text->size(), nullptr,
                        &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return bad("cursor", "is not one that a list has given");
  }
  out.resize(size);
  return std::optional(std::move(out));
}

}  // namespace rapport

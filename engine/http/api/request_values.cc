#include "engine/http/api/request_values.h"

#include "engine/http/api/comma_list.h"
#include "events/bytes_text.h"
#include "events/number_text.h"

namespace rapport {

Error bad_value(std::string_view field, std::string detail) {
  return {Errc::invalid_argument, std::move(detail), std::string(field)};
}

Result<std::uint64_t> id_parameter(const RequestContext& context) {
  const auto id = parse_id(context.parameter("id"));
  if (!id) return bad_value("id", id.error().detail);
  return *id;
}

Result<std::size_t> limit_of(const HttpRequest& request, std::size_t fallback, std::size_t max) {
  const auto text = request.query.find("limit");
  if (!text) return fallback;
  const auto limit = parse_number<std::uint64_t>(*text);
  if (!limit || *limit == 0 || *limit > max) return bad_value("limit", "is a number from 1 to " + std::to_string(max));
  return static_cast<std::size_t>(*limit);
}

Result<std::optional<Timestamp>> time_of(const HttpRequest& request, std::string_view name) {
  const auto text = request.query.find(name);
  if (!text) return std::optional<Timestamp>();
  const auto time = parse_timestamp(*text);
  if (!time) return bad_value(name, time.error().detail);
  return std::optional(*time);
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

Result<std::optional<std::uint64_t>> if_match_of(const HttpRequest& request) {
  const auto text = request.headers.find("If-Match");
  if (!text) return std::optional<std::uint64_t>();
  const std::string_view tag = unquoted(*text);
  // Of a merged view's "17+4", the root's.
  const auto version = parse_number<std::uint64_t>(tag.substr(0, tag.find('+')));
  if (!version) return bad_value("If-Match", "is a version, like \"17\"");
  return std::optional(*version);
}

bool is_spelling_of_list(std::string_view name, std::string_view list) {
  if (!name.starts_with(list)) return false;
  name.remove_prefix(list.size());
  if (name.empty()) return true;
  return name.size() >= 2 && name.front() == '[' && name.back() == ']' &&
         name.substr(1, name.size() - 2).find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string_view> list_values(const HttpRequest& request, std::string_view list) {
  std::vector<std::string_view> values;
  for (const QueryParameter& parameter : request.query.all) {
    if (is_spelling_of_list(parameter.name, list)) values.push_back(parameter.value);
  }
  return values;
}

std::vector<std::string> list_of(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> out;
  for (const std::string_view value : list_values(request, name)) {
    for (const std::string_view piece : split_at_commas(value)) {
      if (!piece.empty()) out.emplace_back(piece);
    }
  }
  return out;
}

Result<bool> flag_of(const HttpRequest& request, std::string_view name, bool fallback) {
  const auto value = request.query.find(name);
  if (!value) return fallback;
  if (*value == "1" || *value == "true") return true;
  if (*value == "0" || *value == "false") return false;
  return bad_value(name, "is 1 or 0, true or false");
}

std::string encode_cursor(std::string_view state) { return to_base64url(state); }

Result<std::optional<std::string>> cursor_of(const HttpRequest& request) {
  const auto text = request.query.find("cursor");
  if (!text) return std::optional<std::string>();
  auto state = from_base64url(*text);
  if (!state) return bad_value("cursor", "is not one that a list has given");
  return std::optional(*std::move(state));
}

}  // namespace rapport

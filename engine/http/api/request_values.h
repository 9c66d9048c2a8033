// Values out of a request's path, query and headers, or the error that names them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/http/router.h"
#include "events/ids.h"
#include "projections/register.h"

namespace rapport {

// invalid_argument, of that member, parameter or header.
Error bad_value(std::string_view field, std::string detail);

// Errors of all: invalid_argument, the field being the parameter's or header's name.
// The path's "id".
[[nodiscard]] Result<std::uint64_t> id_parameter(const RequestContext& context);
// `limit`, from 1 to `max`.
[[nodiscard]] Result<std::size_t> limit_of(const HttpRequest& request, std::size_t fallback, std::size_t max);
[[nodiscard]] Result<std::optional<Timestamp>> time_of(const HttpRequest& request, std::string_view name);
// A header's value without the quotes that it may stand in.
std::string_view unquoted(std::string_view text);
// If-Match: a version, or the ETag of a merged view, which means its root's; quoted or bare.
[[nodiscard]] Result<std::optional<std::uint64_t>> if_match_of(const HttpRequest& request);
// Whether a parameter of that name is one of the list `list`: "where", or as programs write arrays "where[]",
// "where[0]", "where[1]".
bool is_spelling_of_list(std::string_view name, std::string_view list);
// The values of a list, in the order they came, however it is spelled.
std::vector<std::string_view> list_values(const HttpRequest& request, std::string_view list);
// "a,b" and repeats of the parameter, as one list.
std::vector<std::string> list_of(const HttpRequest& request, std::string_view name);
// 1 or true, 0 or false; anything else is refused: who asks for a dry run in other words must not get a write.
[[nodiscard]] Result<bool> flag_of(const HttpRequest& request, std::string_view name, bool fallback = false);

// Opaque to callers: base64url of what the next page starts behind.
std::string encode_cursor(std::string_view state);
// Errors: invalid_argument, field "cursor".
[[nodiscard]] Result<std::optional<std::string>> cursor_of(const HttpRequest& request);

}  // namespace rapport

// Text from outside: what may stand in a name, and how an error shows it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rapport {

// The size in bytes of the well-formed UTF-8 character that `text` starts with (RFC 3629, section 4); 0 where there is
// none: other bytes, or no text.
std::size_t character_size(std::string_view text);

bool is_utf8(std::string_view text);

// `text` with U+FFFD for each byte that is not UTF-8.
std::string to_utf8(std::string_view text);

// Whether UTF-8 text has a control character (U+0000..U+001F, U+007F..U+009F). Names of things have none (CloudEvents
// 1.0, section "Type System", says so of every attribute): they end up in keys, headers and terminals.
bool has_control_character(std::string_view text);

// The first 64 bytes of any bytes as UTF-8 that is safe to print: what is not well-formed or is a control character
// reads U+FFFD, a cut is marked "...".
std::string shown(std::string_view text);

// shown(text) between single quotes.
std::string quote(std::string_view text);

}  // namespace rapport

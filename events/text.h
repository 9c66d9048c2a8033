// Text from outside: what may stand in a name, and how an error shows it.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

// Whether UTF-8 text has a control character (U+0000..U+001F, U+007F..U+009F). Names of things have none (CloudEvents
// 1.0, section "Type System", says so of every attribute): they end up in keys, headers and terminals.
bool has_control_character(std::string_view text);

// The first 64 bytes of any bytes as UTF-8 that is safe to print: what is not well-formed or is a control character
// reads U+FFFD, a cut is marked "...".
std::string shown(std::string_view text);

// shown(text) between single quotes.
std::string quote(std::string_view text);

}  // namespace rapport

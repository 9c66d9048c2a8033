// What the program is talking to: a person's terminal, or a pipe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rapport {

bool stdout_is_terminal();
bool stderr_is_terminal();
// Of the terminal at stdout; 80 where it does not say.
std::size_t terminal_columns();

// NO_COLOR and CLICOLOR_FORCE as their pages say; else colour on a terminal.
bool use_colour();

enum class Colour : unsigned char { dim, red, green, yellow, bold };
// The text, coloured where that is wanted.
std::string coloured(std::string_view text, Colour colour);

}  // namespace rapport

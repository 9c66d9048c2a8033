// What the program is talking to: a person's terminal, or a pipe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rapport {

bool stdin_is_terminal();
bool stdout_is_terminal();
bool stderr_is_terminal();
// Of the terminal at stdout; 80 where it does not say.
std::size_t terminal_columns();

// The text on one line and safe to print, whatever a publisher put into it: tabs and line breaks read as spaces, other
// control characters (a terminal obeys them), those that turn the order of what stands behind them, and bytes that are
// not UTF-8 as U+FFFD.
std::string printable(std::string_view text);

enum class ColourWhen : unsigned char { terminal, always, never };
// What --color says; `terminal`: NO_COLOR and CLICOLOR_FORCE as their pages say, else colour on a terminal.
void set_colour(ColourWhen when);
bool use_colour();

enum class Colour : unsigned char { dim, red, green, yellow, bold };
// The text, coloured where that is wanted.
std::string coloured(std::string_view text, Colour colour);

}  // namespace rapport

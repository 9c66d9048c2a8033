#include "tools/rapport/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "events/text.h"

namespace rapport {
namespace {

constexpr std::size_t kColumnsDefault = 80;
constexpr std::array<std::string_view, 5> kCodes{"\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1m"};

ColourWhen colour_when = ColourWhen::terminal;

// U+202A to U+202E and U+2066 to U+2069 turn the order of what stands behind them, also in the cells that follow.
bool turns_order(std::string_view character) {
  return (character >= "\u202A" && character <= "\u202E") || (character >= "\u2066" && character <= "\u2069");
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool stdin_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }
bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }
bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumnsDefault;
  return size.ws_col;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, size);
    const bool is_space = character == "\t" || character == "\n" || character == "\r";
    const bool is_plain = size > 0 && !has_control_character(character) && !turns_order(character);
    out.append(is_space ? " " : is_plain ? character : "\uFFFD");
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

void set_colour(ColourWhen when) { colour_when = when; }

bool use_colour() {
  if (colour_when != ColourWhen::terminal) return colour_when == ColourWhen::always;
  if (is_set("NO_COLOR")) return false;
  return is_set("CLICOLOR_FORCE") || stdout_is_terminal();
}

std::string coloured(std::string_view text, Colour colour) {
  if (!use_colour()) return std::string(text);
  return std::string(kCodes[static_cast<std::size_t>(colour)]) + std::string(text) + "\x1b[0m";
}

}  // namespace rapport

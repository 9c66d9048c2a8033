#include "tools/rapport/terminal/columns.h"

#include <algorithm>
#include <array>

#include "events/text.h"

namespace rapport {
namespace {

struct Range {
  char32_t first, last;
};

// Code points without a column of their own: combining marks, joiners, variation selectors, controls of direction.
// Unicode 15, categories Mn, Me and Cf, the blocks that terminals meet.
constexpr std::array kNoWidth{
    Range{0x0300, 0x036F},   Range{0x0483, 0x0489},   Range{0x0591, 0x05BD},   Range{0x05BF, 0x05C7},
    Range{0x0610, 0x061A},   Range{0x064B, 0x065F},   Range{0x0670, 0x0670},   Range{0x06D6, 0x06DC},
    Range{0x06DF, 0x06E4},   Range{0x06E7, 0x06ED},   Range{0x0900, 0x0902},   Range{0x093A, 0x093A},
    Range{0x093C, 0x093C},   Range{0x0941, 0x0948},   Range{0x094D, 0x094D},   Range{0x0951, 0x0957},
    Range{0x0E31, 0x0E31},   Range{0x0E34, 0x0E3A},   Range{0x0E47, 0x0E4E},   Range{0x1AB0, 0x1AFF},
    Range{0x1DC0, 0x1DFF},   Range{0x200B, 0x200F},   Range{0x202A, 0x202E},   Range{0x2060, 0x2064},
    Range{0x20D0, 0x20F0},   Range{0xFE00, 0xFE0F},   Range{0xFE20, 0xFE2F},   Range{0xFEFF, 0xFEFF},
    Range{0x1F3FB, 0x1F3FF}, Range{0xE0001, 0xE007F}, Range{0xE0100, 0xE01EF},
};

// Two columns: East Asian Wide and Fullwidth, and emoji shown as pictures.
constexpr std::array kTwoColumns{
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},   Range{0x2614, 0x2615},
    Range{0x26A1, 0x26A1},   Range{0x2705, 0x2705},   Range{0x274C, 0x274C},   Range{0x2753, 0x2757},
    Range{0x2B50, 0x2B50},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},
    Range{0x1F1E6, 0x1F1FF}, Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1FAFF},
    Range{0x20000, 0x3FFFD},
};

template <std::size_t N>
bool stands_in(const std::array<Range, N>& ranges, char32_t value) {
  const auto it = std::lower_bound(ranges.begin(), ranges.end(), value,
                                   [](const Range& range, char32_t v) { return range.last < v; });
  return it != ranges.end() && it->first <= value;
}

std::size_t columns_of_character(char32_t value) {
  // No width first: a skin tone stands inside the emoji's range.
  if (value < 0x20 || (value >= 0x7F && value < 0xA0) || stands_in(kNoWidth, value)) return 0;
  return stands_in(kTwoColumns, value) ? 2 : 1;
}

struct Character {
  std::size_t size_bytes, columns;
};

// The character that the text, which is not empty, starts with.
Character first_character(std::string_view text) {
  const std::size_t size = character_size(text);
  if (size == 0) return {.size_bytes = 1, .columns = 1};
  const auto lead = static_cast<unsigned char>(text[0]);
  char32_t value = size == 1 ? lead : lead & (0x7F >> size);
  for (const char c : text.substr(1, size - 1)) value = (value << 6) | (static_cast<unsigned char>(c) & 0x3F);
  return {.size_bytes = size, .columns = columns_of_character(value)};
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    columns += character.columns;
    text.remove_prefix(character.size_bytes);
  }
  return columns;
}

std::string_view prefix_of_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  while (end < text.size()) {
    const Character character = first_character(text.substr(end));
    if (character.columns > columns) break;
    columns -= character.columns;
    end += character.size_bytes;
  }
  return text.substr(0, end);
}

}  // namespace rapport

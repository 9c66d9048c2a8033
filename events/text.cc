#include "events/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace rapport {
namespace {

constexpr std::size_t kShownSizeMax = 64;
constexpr std::string_view kReplacement = "\uFFFD";

constexpr unsigned char byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

constexpr bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }

constexpr std::uint64_t in_every_byte(std::uint64_t byte) { return 0x0101010101010101u * byte; }

// Whether one of 8 bytes is below `limit`, which is at most 0x80 (Warren, "Hacker's Delight", section 6-1).
constexpr bool has_byte_below(std::uint64_t word, std::uint64_t limit) {
  return ((word - in_every_byte(limit)) & ~word & in_every_byte(0x80)) != 0;
}
constexpr bool has_byte(std::uint64_t word, std::uint64_t byte) {
  return has_byte_below(word ^ in_every_byte(byte), 1);
}

// Of the first 8 bytes: false only where none is, or begins, a control character. Every event's names pass here.
bool may_have_control(std::string_view text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data(), sizeof word);
  return has_byte_below(word, 0x20) || has_byte(word, 0x7F) || has_byte(word, 0xC2);
}

}  // namespace

std::size_t character_size(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned char lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(size), continues)) return 0;
  const unsigned char second = byte_at(text, 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);  // surrogates, > U+10FFFF
  return overlong || beyond ? 0 : size;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    out.append(size == 0 ? kReplacement : text.substr(0, size));
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

bool has_control_character(std::string_view text) {
  while (text.size() >= sizeof(std::uint64_t) && !may_have_control(text)) text.remove_prefix(sizeof(std::uint64_t));
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(byte_at(text, i))) return true;
    if (byte_at(text, i) == 0xC2 && i + 1 < text.size() && byte_at(text, i + 1) < 0xA0) return true;
  }
  return false;
}

std::string shown(std::string_view text) {
  std::string out;
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); i += std::max<std::size_t>(size, 1)) {
    size = character_size(text.substr(i));
    if (i + std::max<std::size_t>(size, 1) > kShownSizeMax) return out + "...";
    const std::string_view character = text.substr(i, size);
    out.append(size == 0 || has_control_character(character) ? kReplacement : character);
  }
  return out;
}

std::string quote(std::string_view text) { return "'" + shown(text) + "'"; }

}  // namespace rapport

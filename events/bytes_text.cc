#include "events/bytes_text.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace rapport {
namespace {

// libsodium's base64 takes the same time whatever the bytes are, and eight times as long: for what may be secret. What
// goes through the other pair is not, and every event of an encrypted log does.
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoLetter = 0x80;

consteval std::array<std::uint8_t, 256> sixes_of_letters() {
  std::array<std::uint8_t, 256> sixes{};
  sixes.fill(kNoLetter);
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    sixes[static_cast<unsigned char>(kLetters[i])] = static_cast<std::uint8_t>(i);
  return sixes;
}
constexpr std::array<std::uint8_t, 256> kSixes = sixes_of_letters();

// The 24 bits that four letters are; `wrong` has kNoLetter set where one of them is none.
std::uint32_t group_of(const char* letters, std::uint32_t& wrong) {
  std::uint32_t group = 0;
  for (int i = 0; i < 4; ++i) {
    const std::uint32_t six = kSixes[static_cast<unsigned char>(letters[i])];
    wrong |= six;
    group = group << 6 | (six & 0x3F);
  }
  return group;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string encode(std::string_view bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes_of(bytes), bytes.size(), variant);
  out.pop_back();  // its terminating zero
  return out;
}

Result<std::string> decode(std::string_view text, int variant) {
  const Error no_base64{Errc::invalid_argument, "is not base64"};
  // libsodium takes every byte beyond ASCII for a letter, where char has a sign.
  if (std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) return no_base64;
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                                       text.size(), nullptr, &size, &end, variant);
  if (failed != 0 || end != text.data() + text.size()) return no_base64;
  out.resize(size);
  return out;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes_of(bytes), bytes.size());
  out.pop_back();
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  char* at = out.data();
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? bytes_of(bytes)[i + j] : 0u);
    for (std::size_t j = 0; j <= count; ++j) *at++ = kLetters[group >> (18 - 6 * j) & 0x3F];
  }
  return out;
}

std::string to_base64url(std::string_view bytes) { return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING); }
Result<std::string> from_base64(std::string_view text) {
  const Error no_base64{Errc::invalid_argument, "is not base64"};
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (text.size() % 4 != 0) return no_base64;
  std::string last(text.substr(text.size() - (padding == 0 ? 0 : 4)));
  std::string out(text.size() / 4 * 3, '\0');
  std::uint32_t wrong = 0;
  char* at = out.data();
  const auto put = [&](std::uint32_t group) {
    for (int shift = 16; shift >= 0; shift -= 8) *at++ = static_cast<char>(group >> shift);
  };
  for (std::size_t i = 0; i < text.size() - last.size(); i += 4) put(group_of(text.data() + i, wrong));
  if (padding != 0) {
    std::fill(last.end() - static_cast<std::ptrdiff_t>(padding), last.end(), kLetters.front());
    const std::uint32_t group = group_of(last.data(), wrong);
    if ((group & ((1u << 8 * padding) - 1)) != 0) return no_base64;  // bits that no byte has
    put(group);
  }
  if ((wrong & kNoLetter) != 0) return no_base64;
  out.erase(out.size() - padding);
  return out;
}
Result<std::string> from_base64url(std::string_view text) {
  return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

}  // namespace rapport

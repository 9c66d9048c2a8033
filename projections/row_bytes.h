// How numbers and texts stand in a row's value: LEB128 varints, zig-zag for signed, texts behind their length.
//
// Invariants: a RowReader never reads outside its bytes. After the first damage every further read gives zero or
// empty and ok() is false: decode a whole row, then look once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/timestamp.h"

namespace rapport {

// How far a time is from another one in its row, and the time again. Unsigned inside, so that they have a value in a
// damaged row too.
inline std::int64_t ms_between(Timestamp from, Timestamp to) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(to.ms) - static_cast<std::uint64_t>(from.ms));
}
inline Timestamp time_after(Timestamp from, std::int64_t ms) {
  return Timestamp{static_cast<std::int64_t>(static_cast<std::uint64_t>(from.ms) + static_cast<std::uint64_t>(ms))};
}
inline Timestamp time_before(Timestamp to, std::int64_t ms) {
  return Timestamp{static_cast<std::int64_t>(static_cast<std::uint64_t>(to.ms) - static_cast<std::uint64_t>(ms))};
}

class RowWriter {
 public:
  explicit RowWriter(std::string& out) : out_(out) {}

  void byte(std::uint8_t value) { out_ += static_cast<char>(value); }
  void number(std::uint64_t value) {
    std::array<char, 10> bytes;
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
    bytes[size++] = static_cast<char>(value);
    out_.append(bytes.data(), size);
  }
  void signed_number(std::int64_t value) {
    number(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void time(Timestamp time) { signed_number(time.ms); }
  void text(std::string_view text) {
    number(text.size());
    out_ += text;
  }
  // Texts whose length the reader knows, or that end the row.
  void bytes(std::string_view bytes) { out_ += bytes; }
  void fixed64(std::uint64_t value) {
    for (int i = 0; i < 8; ++i, value >>= 8) out_ += static_cast<char>(value & 0xff);
  }

 private:
  std::string& out_;
};

class RowReader {
 public:
  explicit RowReader(std::string_view row) : rest_(row) {}

  bool ok() const { return ok_; }
  // Every byte was read, and none was missing.
  bool done() const { return ok_ && rest_.empty(); }

  std::uint8_t byte() {
    if (rest_.empty()) return fail();
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    return fail();
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  Timestamp time() { return Timestamp{signed_number()}; }
  std::string_view text() { return bytes(number()); }
  std::string_view bytes(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  std::uint64_t fixed64() {
    const std::string_view raw = bytes(8);
    std::uint64_t value = 0;
    for (std::size_t i = raw.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(raw[i]);
    return value;
  }
  std::string_view rest() { return bytes(rest_.size()); }
  // What was read makes no sense.
  void damage() { fail(); }

 private:
  std::uint8_t fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace rapport

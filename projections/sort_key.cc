#include "projections/sort_key.h"

#include <bit>

#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

// IEEE 754 numbers compare as their bits, once the sign bit is flipped and negative ones are turned over.
std::uint64_t sortable(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
  return bits & kSignBit ? ~bits : bits | kSignBit;
}

std::string numbered(char type, std::uint64_t number) {
  std::string key(1, type);
  append_big_endian64(key, number);
  return key;
}

struct SortKey {
  std::string operator()(bool value) const { return value ? "b1" : "b0"; }
  std::string operator()(double value) const { return numbered('n', sortable(value)); }
  std::string operator()(Timestamp value) const {
    return numbered('t', static_cast<std::uint64_t>(value.ms) ^ kSignBit);
  }
  std::string operator()(const std::string& value) const { return 'x' + value; }
};

}  // namespace

std::string sort_key(const Scalar& value) { return std::visit(SortKey{}, value); }
std::string sort_key(Timestamp value) { return SortKey{}(value); }

}  // namespace rapport

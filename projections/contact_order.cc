#include "projections/contact_order.h"

#include <algorithm>
#include <bit>

#include "events/text.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

// IEEE 754 numbers compare as their bits, once the sign bit is flipped and negative ones are turned over.
std::uint64_t sortable(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
  return bits & kSignBit ? ~bits : bits | kSignBit;
}

struct SortKey {
  std::string operator()(bool value) const { return value ? "b1" : "b0"; }
  std::string operator()(double value) const { return numbered('n', sortable(value)); }
  std::string operator()(Timestamp value) const {
    return numbered('t', static_cast<std::uint64_t>(value.ms) ^ kSignBit);
  }
  std::string operator()(const std::string& value) const { return 'x' + value; }

  static std::string numbered(char type, std::uint64_t number) {
    std::string key(1, type);
    append_big_endian64(key, number);
    return key;
  }
};

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

}  // namespace

Result<ContactOrder> ContactOrder::parse(std::string_view text, const ControlState& control) {
  const auto bar = text.find_last_of("|,");
  const std::string direction = bar == std::string_view::npos ? "asc" : lower_case(text.substr(bar + 1));
  if (direction != "asc" && direction != "desc") {
    return Error{Errc::invalid_argument, quote(text) + " is not column, column|asc or column|desc", "order"};
  }
  auto column = ContactColumn::parse(text.substr(0, bar), control);
  if (!column) return Error{column.error().code, column.error().detail, "order"};
  return ContactOrder(*std::move(column), direction == "desc");
}

ContactPlace ContactOrder::place_of(ContactId id, const ContactState& state) const {
  const Scalars values = column_.values(id, state);
  return {values.empty() ? std::string() : std::visit(SortKey{}, values.front()), id};
}

bool ContactOrder::before(const ContactPlace& a, const ContactPlace& b) const {
  if (a.key == b.key) return a.id < b.id;
  if (a.key.empty() || b.key.empty()) return b.key.empty();
  return descending_ ? b.key < a.key : a.key < b.key;
}

}  // namespace rapport

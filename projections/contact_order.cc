#include "projections/contact_order.h"

#include <algorithm>

#include "events/text.h"
#include "projections/sort_key.h"

namespace rapport {
namespace {

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
  return {values.empty() ? std::string() : sort_key(values.front()), id};
}

bool ContactOrder::before(const ContactPlace& a, const ContactPlace& b) const {
  if (a.key == b.key) return a.id < b.id;
  if (a.key.empty() || b.key.empty()) return b.key.empty();
  return descending_ ? b.key < a.key : a.key < b.key;
}

}  // namespace rapport

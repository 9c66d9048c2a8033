// In which order a list shows contacts: by a column, and by id where that is equal. "lastSeen|desc", "fields.city".
//
// Invariants: contacts without a value come last, either way round; of several values the first counts; values of
// different types sort as boolean, number, time, text. Texts compare as bytes.
#pragma once

#include <string>
#include <string_view>

#include "projections/contact_column.h"

namespace rapport {

// Where a contact stands in an order: what a list's cursor is made of.
struct ContactPlace {
  std::string key;  // bytes that compare as the column's values do; empty: no value
  ContactId id;

  friend bool operator==(const ContactPlace&, const ContactPlace&) = default;
};

class ContactOrder {
 public:
  // "column", "column|asc" or "column|desc"; a comma does for the bar, and case does not matter.
  // Errors: invalid_argument, the field "order".
  [[nodiscard]] static Result<ContactOrder> parse(std::string_view text, const ControlState& control);

  ContactPlace place_of(ContactId id, const ContactState& state) const;
  bool before(const ContactPlace& a, const ContactPlace& b) const;

  const ContactColumn& column() const { return column_; }
  bool descending() const { return descending_; }

 private:
  ContactOrder(ContactColumn column, bool descending) : column_(std::move(column)), descending_(descending) {}

  ContactColumn column_;
  bool descending_;
};

}  // namespace rapport

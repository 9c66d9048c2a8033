// The columns of a contact that a query can name: for `where`, `order` and whatever else picks or sorts contacts.
//
//   id version companyId                             numbers
//   counters.events .visits .chats .messages .openCases
//   dateCreated dateUpdated firstSeen lastSeen       times
//   clientType ... clientDeviceModel clientDetails   texts
//   archive (yes, no)  status (active, archived)  isBlocked (YES, NO)
//   tags                                             all of them at once
//   channels                                         those of its identities
//   fields.<key>, and name, email, phone for short   as declared; else as each value is
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/contact_state.h"
#include "projections/control_fold.h"
#include "projections/json_scalars.h"

namespace rapport {

enum class ColumnType : std::uint8_t { any, boolean, number, time, text, choice };

// A date that a client wrote as text is compared as the time it says.
Scalar date_or_text(Scalar value);

class ContactColumn {
 public:
  // Errors: invalid_argument, naming the column.
  [[nodiscard]] static Result<ContactColumn> parse(std::string_view name, const ControlState& control);

  const std::string& name() const { return name_; }
  ColumnType type() const { return type_; }
  // The key of the contact's field that it is, if it is one.
  const std::optional<std::string>& field() const { return field_; }
  // Of a choice: all that it can be.
  const std::vector<std::string_view>& choices() const { return choices_; }

  // None: the contact has no value there. Several: tags, channels, and fields that are arrays.
  Scalars values(ContactId id, const ContactState& state) const { return read_(*this, id, state); }

 private:
  friend struct ContactColumnTable;
  using Read = Scalars (*)(const ContactColumn&, ContactId, const ContactState&);

  ContactColumn(std::string_view name, ColumnType type, Read read) : name_(name), type_(type), read_(read) {}

  std::string name_;
  ColumnType type_;
  Read read_;
  std::vector<std::string_view> choices_;
  std::optional<std::string> field_;                // of fields.<key>
  ClientAttribute client_ = ClientAttribute::type;  // of a client attribute
};

}  // namespace rapport

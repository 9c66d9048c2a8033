// What a contact's state says, as paths and values: those of register_writes.h, and beside them what no register
// holds: "deleted" and "identities.<channel>:<external id>".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "projections/contact_state.h"

namespace rapport {

std::string identity_path(const Identity& identity);

// Without what is null or removed; "archived" is always there.
std::map<std::string, JsonText> values_by_path(const ContactState& state);

struct WrittenValue {
  JsonText value;  // null: removed
  WriteStamp stamp;
};

// What the register of a path of register_writes.h holds. Absent: it was never written.
std::optional<WrittenValue> written_at(const ContactState& state, std::string_view path);

}  // namespace rapport

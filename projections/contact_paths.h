// What a contact's state says, as paths and values: those of register_writes.h, and beside them what no register
// holds: "deleted" and "identities.<channel>:<external id>".
#pragma once

#include <map>
#include <string>

#include "projections/contact_state.h"

namespace rapport {

std::string identity_path(const Identity& identity);

// Without what is null or removed; "archived" is always there.
std::map<std::string, JsonText> values_by_path(const ContactState& state);

}  // namespace rapport

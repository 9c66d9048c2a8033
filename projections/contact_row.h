// A contact's state as its row holds it, and in the canonical form that its digest is made of. docs/rows.md draws both.
//
// Invariants: decode(encode(s)) == s. The canonical form leaves out what may differ between two logs that hold the same
// events: offsets, and the hints about a merge's members.
#pragma once

#include <string>
#include <string_view>

#include "events/result.h"
#include "projections/contact_state.h"

namespace rapport {

std::string encode_contact(const ContactState& state);
// Errors: corrupt.
[[nodiscard]] Result<ContactState> decode_contact(std::string_view row);
// A contact with this row has no more fields than that, and no more tags: for whoever need not know how many.
std::size_t names_at_most(std::string_view row);

void append_canonical_contact(std::string& out, ContactId id, const ContactState& state);

}  // namespace rapport

// Contacts that are merged, read as one: a merge is a link from the contact that is merged (the loser) to the one it is
// merged into, and nothing is rewritten. docs/merging.md says how the whole is made of its members.
//
// Invariants: the loser's own link alone decides who is merged; what the survivor remembers (contact.absorbed) only
// says where to look. In a circle of links the smallest id is the root.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/contact_state.h"
#include "projections/view.h"

namespace rapport {

inline constexpr std::size_t kMergeMembersMax = 1'000;

// How a contact stands, at the moment and under the assumptions of whoever asks.
using ContactSource = std::function<Result<std::optional<ContactState>>(ContactId)>;
ContactSource contacts_of(const View& view);  // the view must outlive it

struct Alternate {
  JsonText value;
  ContactId contact;

  friend bool operator==(const Alternate&, const Alternate&) = default;
};

struct MergeMember {
  ContactId id;
  std::uint64_t version = 0;
};

struct MergedContact {
  ContactId root;
  std::uint64_t version = 0;          // the root's own
  ContactState state;                 // the root's with what its members add; of a deleted or erased root its own
  std::vector<MergeMember> members;   // in order of id, without the root
  std::vector<ContactId> precedence;  // the root, then the members: who has a value first gives it to the whole
  std::map<std::string, std::vector<Alternate>> alternates;  // by field, client attribute or "companyId"

  std::size_t bytes() const;  // about as many as it takes in memory
};

// Errors of both: the source's; too_large (more than kMergeMembersMax contacts are one).
[[nodiscard]] Result<ContactId> root_of(const ContactSource& contacts, ContactId id);
// The contact that `id` is or is a member of. Absent: nothing was ever said of any of them.
[[nodiscard]] Result<std::optional<MergedContact>> read_merged(const ContactSource& contacts, ContactId id);

}  // namespace rapport

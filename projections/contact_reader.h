// Contacts, companies and identities as a view shows them.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "projections/company_fold.h"
#include "projections/contact_state.h"
#include "projections/view.h"

namespace rapport {

// Absent: nothing was ever said of it. A deleted or erased one, and one that is only named by a merge, is there: look
// at is_live(). Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<ContactState>> read_contact(const View& view, ContactId id);
[[nodiscard]] Result<std::optional<CompanyState>> read_company(const View& view, CompanyId id);

// Who holds the identity. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<ContactId>> read_holder(const View& view, const Identity& identity);

struct ListedContact {
  ContactId id;
  ContactState state;
};
struct ListedCompany {
  CompanyId id;
  CompanyState state;
};

// Which of the live ones a list shows; unset: all. Called in order of id.
using ContactFilter = std::function<bool(ContactId, const ContactState&)>;

// The first `limit` live contacts behind `after` that pass the filter, in order of id; those merged into another are
// left out. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::vector<ListedContact>> list_contacts(const View& view, ContactId after, std::size_t limit,
                                                               const ContactFilter& filter = {});
[[nodiscard]] Result<std::vector<ListedCompany>> list_companies(const View& view, CompanyId after, std::size_t limit);

// Live ones, as the fold counts them; members of merges included.
std::uint64_t contact_count(const View& view);

}  // namespace rapport

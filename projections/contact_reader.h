// Contacts, companies and identities as a view shows them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "projections/company_fold.h"
#include "projections/contact_state.h"
#include "projections/view.h"

namespace rapport {

// Absent: nothing was ever said of it. A deleted or erased one, and one that is only named by a merge, is there: look
// at is_live(). Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<ContactState>> read_contact(const View& view, ContactId id);
// Of the bytes that it is decoded from (contact_row.h), which differ whenever the contact or its timeline does. Errors:
// storage_failed.
[[nodiscard]] Result<std::optional<Digest>> read_contact_digest(const View& view, ContactId id);
[[nodiscard]] Result<std::optional<CompanyState>> read_company(const View& view, CompanyId id);

// Who holds the identity. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<ContactId>> read_holder(const View& view, const Identity& identity);

struct ListedCompany {
  CompanyId id;
  CompanyState state;
};

// One answer per id, in their order. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::vector<std::optional<ContactState>>> read_contacts(const View& view,
                                                                             std::span<const ContactId> ids);

// Every state from `from` to `to`, gone and merged ones included, in order of id, until `each` says false or fails.
// Errors: storage_failed, corrupt, and each's.
[[nodiscard]] Result<void> walk_contacts(const View& view, ContactId from, ContactId to,
                                         const std::function<Result<bool>(ContactId, ContactState&&)>& each);

// Of a page's rows: behind them it ends early, but not before its first company.
inline constexpr std::size_t kCompanyPageBytesMax = 8u << 20;

struct CompanyPage {
  std::vector<ListedCompany> companies;
  bool more = false;
};

// The first `limit` live ones behind `after`, in order of id. Errors: storage_failed, corrupt.
[[nodiscard]] Result<CompanyPage> list_companies(const View& view, CompanyId after, std::size_t limit);

// Live ones, as the fold counts them; members of merges included.
std::uint64_t contact_count(const View& view);

}  // namespace rapport

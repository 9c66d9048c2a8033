// Companies as the compatible API shows them, and the clauses of `where` that mean them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/equality_where.h"
#include "engine/http/api/sight.h"
#include "projections/contact_reader.h"

namespace rapport {

// What the request asks to see of a company.
struct CompanyShape {
  NameSet select;     // columns; empty: all
  NameSet relations;  // fields, contacts, parent, companies
  // Where instances of a group share the log: the contacts of each company, with commas between them; of
  // one that is not here the view's.
  std::map<CompanyId, std::string> contacts = {};
};
// Errors: invalid_argument; forbidden, of contacts; the field "relations".
[[nodiscard]] Result<CompanyShape> company_shape_of(const RequestContext& context);

// What `where` may ask of a company. Errors: invalid_argument, the field "where".
[[nodiscard]] Result<EqualityWhere> company_where_of(const HttpRequest& request);
bool matches(const EqualityWhere& where, CompanyId id, const CompanyState& state);

// Companies that a page shows, with their contacts where those are asked for: one pass over all contacts finds them.
// Errors: storage_failed, corrupt; invalid_argument: page_too_large().
[[nodiscard]] Result<std::string> company_items(const View& view, const std::vector<ListedCompany>& companies,
                                                const CompanyShape& shape, const Sight& sight);

inline constexpr std::size_t kCompanyContactsMax =
    100;  // of one company, the smallest ids; a contact list has the rest

// The first contacts that the view has of a company, each as one shows it. `among`: of these, in order of id, alone.
[[nodiscard]] Result<std::vector<std::pair<ContactId, std::string>>> company_contacts(
    const View& view, CompanyId company, const Sight& sight, const std::vector<ContactId>* among = nullptr);

}  // namespace rapport

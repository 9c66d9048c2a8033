#include "engine/http/api/group_company_list.h"

#include "engine/http/api/company_source.h"
#include "engine/http/api/member_request.h"
#include "engine/publish/own_events.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::size_t kWalkedAtOnce = 500;
// Who asks adds the contacts of the companies that its page shows: of those on the pages before, nobody needs them. A
// member says by the row's note that it has left them out.
constexpr std::string_view kContactsLaterHeader = "Rapport-Contacts-Later";
constexpr std::string_view kContactsLater = "later";
constexpr std::string_view kContactsMember = "\"contacts\":[";
constexpr std::size_t kKeySize = sizeof(std::uint64_t);

struct OwnCompanies {
  std::vector<ListedCompany> first;
  std::uint64_t count = 0;
};

Result<OwnCompanies> own_companies(const ApiServices& services, const RowsAsked& asked, const EqualityWhere& where) {
  OwnCompanies out;
  for (CompanyId after{0};;) {
    auto some = list_companies(*asked.view, after, kWalkedAtOnce);
    if (!some) return some.error();
    for (ListedCompany& company : some->companies) {
      after = company.id;
      const bool is_own = asked.partitions.contains(partition_of(services.log, company.id));
      if (!is_own || !matches(where, company.id, company.state)) continue;
      if (++out.count <= asked.rows_max) out.first.push_back(std::move(company));
    }
    if (!some->more) return out;
  }
}

CompanyId company_of(const GroupRow& row) { return CompanyId{read_big_endian64(row.key)}; }
bool lacks_contacts(const GroupRow& row) { return row.note == kContactsLater && row.key.size() == kKeySize; }

}  // namespace

asio::awaitable<HttpResponse> group_companies(RequestContext& context, ApiServices& services, NumberedPage page,
                                              CompanyShape shape) {
  HttpClientRequest request = member_request(context);
  request.headers.set(kContactsLaterHeader, "1");
  const auto found = co_await group_rows_of(context, services, std::move(request), page.offset() + page.limit);
  if (!found) co_return compatible_problem(context, found.error());
  std::vector<GroupRow> rows = found->behind(page.offset());
  std::vector<CompanyId> ids;
  for (const GroupRow& row : rows) {
    if (lacks_contacts(row)) ids.push_back(company_of(row));
  }
  const auto contacts = co_await find_company_contacts(context, services, ids, shape);
  if (!contacts) co_return compatible_problem(context, contacts.error());
  std::string items;
  for (GroupRow& row : rows) {
    // Nothing that stands before it in a company could be taken for it.
    const std::size_t at = lacks_contacts(row) ? row.item.find(kContactsMember) : std::string::npos;
    if (at != std::string::npos) row.item.insert(at + kContactsMember.size(), shape.contacts[company_of(row)]);
    items += (items.empty() ? "" : ",") + row.item;
  }
  HttpResponse response = numbered_page_response(page, found->count, items);
  found->mark(response, services);
  co_return response;
}

asio::awaitable<HttpResponse> member_companies(RequestContext& context, ApiServices& services, EqualityWhere where,
                                               CompanyShape shape) {
  const auto asked = co_await rows_asked(context, services);
  if (!asked) co_return compatible_problem(context, asked.error());
  const auto own = own_companies(services, *asked, where);
  if (!own) co_return compatible_problem(context, own.error());
  const bool later = context.request().headers.find(kContactsLaterHeader) && shape.relations.contains("contacts");
  std::vector<CompanyId> ids;
  for (const ListedCompany& company : own->first) {
    later ? void(shape.contacts[company.id]) : ids.push_back(company.id);
  }
  const auto contacts = co_await find_company_contacts(context, services, ids, shape);
  if (!contacts) co_return compatible_problem(context, contacts.error());
  const Sight sight(context.principal(), asked->view->control());
  RowsAnswer answer(*asked);
  answer.count(own->count);
  for (const ListedCompany& company : own->first) {
    auto item = company_items(*asked->view, {company}, shape, sight);
    if (!item) co_return compatible_problem(context, item.error());
    GroupRow row{"", *std::move(item), later ? std::string(kContactsLater) : ""};
    append_big_endian64(row.key, company.id.value);
    answer.add(std::move(row));
  }
  co_return answer.response(services);
}

}  // namespace rapport

#include "engine/http/api/group_company_list.h"

#include "engine/http/api/company_source.h"
#include "engine/publish/own_events.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::size_t kWalkedAtOnce = 500;

struct OwnCompanies {
  std::vector<ListedCompany> first;
  std::uint64_t count = 0;
};

Result<OwnCompanies> own_companies(const ApiServices& services, const RowsAsked& asked, const EqualityWhere& where) {
  OwnCompanies out;
  for (CompanyId after{0};;) {
    auto some = list_companies(*asked.view, after, kWalkedAtOnce);
    if (!some) return some.error();
    if (some->empty()) return out;
    after = some->back().id;
    for (ListedCompany& company : *some) {
      const bool is_own = asked.partitions.contains(partition_of(services.log, company.id));
      if (!is_own || !matches(where, company.id, company.state)) continue;
      if (++out.count <= asked.rows_max) out.first.push_back(std::move(company));
    }
  }
}

}  // namespace

asio::awaitable<HttpResponse> member_companies(RequestContext& context, ApiServices& services, EqualityWhere where,
                                               CompanyShape shape) {
  const auto asked = co_await rows_asked(context, services);
  if (!asked) co_return compatible_problem(context, asked.error());
  const auto own = own_companies(services, *asked, where);
  if (!own) co_return compatible_problem(context, own.error());
  std::vector<CompanyId> ids;
  for (const ListedCompany& company : own->first) ids.push_back(company.id);
  const auto contacts = co_await find_company_contacts(context, services, ids, shape);
  if (!contacts) co_return compatible_problem(context, contacts.error());
  const Sight sight(context.principal(), asked->view->control());
  RowsAnswer answer(*asked);
  answer.count(own->count);
  for (const ListedCompany& company : own->first) {
    auto item = company_items(*asked->view, {company}, shape, sight);
    if (!item) co_return compatible_problem(context, item.error());
    GroupRow row{"", *std::move(item)};
    append_big_endian64(row.key, company.id.value);
    answer.add(std::move(row));
  }
  co_return answer.response(services);
}

}  // namespace rapport

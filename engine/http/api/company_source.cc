#include "engine/http/api/company_source.h"

#include "engine/http/api/api_problem.h"
#include "engine/http/api/comma_list.h"
#include "engine/http/api/group_rows.h"
#include "engine/http/api/member_request.h"
#include "engine/publish/own_events.h"
#include "events/number_text.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::string_view kCompaniesHeader = "Rapport-Companies";  // "12,17"
constexpr std::size_t kNumberSize = sizeof(std::uint64_t);

template <class Ids>
HttpClientRequest request_for(const RequestContext& context, const char* target, const Ids& ids) {
  HttpClientRequest request = member_request(context);
  request.method = HttpMethod::get;
  request.target = target;
  request.headers.set(kCompaniesHeader, join_with_commas(ids));
  return request;
}

Result<std::vector<CompanyId>> companies_named(const HttpRequest& request) {
  std::vector<CompanyId> out;
  for (const std::string_view piece : split_at_commas(request.headers.find(kCompaniesHeader).value_or(""))) {
    const auto id = parse_number<std::uint64_t>(piece);
    if (!id) return Error{Errc::invalid_argument, "is a list of ids", std::string(kCompaniesHeader)};
    out.push_back(CompanyId{*id});
  }
  return out;
}

}  // namespace

bool names_companies(const HttpRequest& request) {
  return is_of_member(request) && request.headers.find(kCompaniesHeader).has_value();
}

asio::awaitable<Result<void>> find_companies(RequestContext& context, ApiServices& services,
                                             const std::vector<std::optional<CompanyId>>& companies,
                                             CompatibleShape& shape) {
  if (services.group == nullptr || !shape.relations.contains("company")) co_return Result<void>();
  std::set<CompanyId> wanted;
  for (const auto& id : companies) {
    if (id && !services.group->is_level(partition_of(services.log, *id))) wanted.insert(*id);
  }
  if (wanted.empty()) co_return Result<void>();
  const auto found =
      co_await group_rows_of(context, services, request_for(context, "/v1/companies", wanted), wanted.size());
  if (!found) co_return found.error();
  for (const GroupRow& row : found->rows) {
    if (row.key.size() == kNumberSize) shape.companies[CompanyId{read_big_endian64(row.key)}] = row.item;
  }
  co_return Result<void>();
}

asio::awaitable<HttpResponse> companies_asked_for(RequestContext& context, ApiServices& services) {
  const auto named = companies_named(context.request());
  if (!named) co_return failed(context, named.error());
  const auto asked = co_await rows_asked(context, services);
  if (!asked) co_return failed(context, asked.error());
  RowsAnswer answer(*asked);
  for (const CompanyId id : *named) {
    if (!asked->partitions.contains(partition_of(services.log, id))) continue;
    GroupRow row;
    append_big_endian64(row.key, id.value);
    JsonWriter json(row.item);
    const auto written = write_compatible_company(json, *asked->view, id);
    if (!written) co_return failed(context, written.error());
    answer.add(std::move(row));
  }
  co_return answer.response(services);
}

namespace {

// key = company (8 bytes), contact (8 bytes)
Result<std::vector<GroupRow>> rows_of_contacts(const View& view, const std::vector<CompanyId>& companies,
                                               const Sight& sight, const std::vector<ContactId>* among = nullptr) {
  std::vector<GroupRow> rows;
  for (const CompanyId company : companies) {
    auto contacts = company_contacts(view, company, sight, among);
    if (!contacts) return contacts.error();
    for (auto& [id, contact] : *contacts) {
      GroupRow row{"", std::move(contact)};
      append_big_endian64(row.key, company.value);
      append_big_endian64(row.key, id.value);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

asio::awaitable<Result<RowsOfFamilies>> family_company_contacts(RequestContext& context, const Families& families,
                                                                const std::vector<CompanyId>& companies) {
  const Sight sight(context.principal(), families.view->control());
  auto rows = rows_of_contacts(*families.view, companies, sight, &families.contacts);
  if (!rows) co_return rows.error();
  co_return RowsOfFamilies{*std::move(rows), 0};
}

}  // namespace

asio::awaitable<Result<void>> find_company_contacts(RequestContext& context, ApiServices& services,
                                                    const std::vector<CompanyId>& companies, CompanyShape& shape) {
  if (services.group == nullptr || !shape.relations.contains("contacts") || companies.empty()) co_return Result<void>();
  // Of each member, and of the families.
  const std::size_t rows_max = companies.size() * kCompanyContactsMax * (services.group->status().members.size() + 1);
  const ReadFamilies of_families = [&](const Families& families) {
    return family_company_contacts(context, families, companies);
  };
  const auto found =
      co_await group_rows_of(context, services, request_for(context, "/api/v1/crm/objects/contact", companies),
                             rows_max, in_order_of_key, of_families);
  if (!found) co_return found.error();
  std::map<CompanyId, std::size_t> shown;
  for (const CompanyId id : companies) shape.contacts[id];
  for (const GroupRow& row : found->rows) {
    if (row.key.size() != 2 * kNumberSize) continue;
    const CompanyId id{read_big_endian64(row.key)};
    if (++shown[id] > kCompanyContactsMax) continue;
    std::string& contacts = shape.contacts[id];
    contacts += (contacts.empty() ? "" : ",") + row.item;
  }
  co_return Result<void>();
}

asio::awaitable<HttpResponse> company_contacts_asked_for(RequestContext& context, ApiServices& services) {
  const auto named = companies_named(context.request());
  if (!named) co_return failed(context, named.error());
  const auto asked = co_await rows_asked(context, services);
  if (!asked) co_return failed(context, asked.error());
  const Sight sight(context.principal(), asked->view->control());
  auto rows = rows_of_contacts(*asked->view, *named, sight);
  if (!rows) co_return failed(context, rows.error());
  RowsAnswer answer(*asked);
  for (GroupRow& row : *rows) answer.add(std::move(row));
  co_return answer.response(services);
}

}  // namespace rapport

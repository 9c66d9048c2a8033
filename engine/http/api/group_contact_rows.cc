#include "engine/http/api/group_contact_rows.h"

#include "engine/http/api/company_source.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/compatible_row.h"
#include "engine/http/api/contact_list_request.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

// key = the order's bytes, contact (8 bytes)
std::string key_of(const std::optional<ContactOrder>& order, const MergedContact& contact) {
  std::string key = order ? order->place_of(contact.root, contact.state).key : "";
  append_big_endian64(key, contact.root.value);
  return key;
}

ContactPlace place_of(const std::string& key) {
  const std::size_t order = key.size() - std::min(key.size(), sizeof(std::uint64_t));
  return {key.substr(0, order), ContactId{read_big_endian64(std::string_view(key).substr(order))}};
}

std::vector<std::optional<CompanyId>> companies_of(const ContactListPage& page) {
  std::vector<std::optional<CompanyId>> out;
  for (const MergedContact& contact : page.contacts) out.push_back(contact.state.company.value);
  return out;
}

}  // namespace

std::string case_status_note(CaseStatus status) {
  return std::string(kCaseStatusNames[static_cast<std::size_t>(status)]);
}

Result<std::vector<GroupRow>> compatible_rows(const View& view, const ContactListPage& page,
                                              const std::optional<ContactOrder>& order, const CompatibleShape& shape,
                                              const Sight& sight, std::size_t from) {
  if (page.cut) return page_too_large();
  std::vector<GroupRow> rows;
  std::size_t bytes = 0;
  for (std::size_t i = from; i < page.contacts.size(); ++i) {
    const MergedContact& contact = page.contacts[i];
    GroupRow row{key_of(order, contact), ""};
    JsonWriter json(row.item);
    const auto status = write_compatible_row(json, view, contact.root, contact.state, shape, sight);
    if (!status) return status.error();
    if (*status) row.note = case_status_note(**status);
    bytes += row.item.size();
    RAPPORT_TRY(check_page_bytes(bytes));
    rows.push_back(std::move(row));
  }
  return rows;
}

RowBefore in_order_of(const std::optional<ContactOrder>& order) {
  return [order](const GroupRow& a, const GroupRow& b) {
    const ContactPlace of_a = place_of(a.key), of_b = place_of(b.key);
    return order ? order->before(of_a, of_b) : of_a.id < of_b.id;
  };
}

asio::awaitable<HttpResponse> member_contact_rows(RequestContext& context, ApiServices& services,
                                                  ContactListQuery query, CompatibleShape shape) {
  const auto asked = co_await rows_asked(context, services);
  if (!asked) co_return compatible_problem(context, asked.error());
  query.limit = asked->rows_max;
  const auto page = co_await read_list(context, services, asked->view, query);
  if (!page) co_return compatible_problem(context, page.error());
  const auto companies = co_await find_companies(context, services, companies_of(*page), shape);
  if (!companies) co_return compatible_problem(context, companies.error());
  const Sight sight(context.principal(), asked->view->control());
  auto rows = compatible_rows(*asked->view, *page, query.order, shape, sight);
  if (!rows) co_return compatible_problem(context, rows.error());
  RowsAnswer answer(*asked);
  answer.count(page->total);
  for (GroupRow& row : *rows) answer.add(std::move(row));
  co_return answer.response(services);
}

asio::awaitable<Result<RowsOfFamilies>> family_contact_rows(RequestContext& context, ApiServices& services,
                                                            const Families& families, ContactListQuery query,
                                                            CompatibleShape shape) {
  const auto page = list_contacts_among(*families.view, families.contacts, query);
  if (!page) co_return page.error();
  std::set<ContactId> roots;
  for (const MergedContact& contact : page->contacts) roots.insert(contact.root);
  const auto view = co_await with_histories(context, services, families, std::move(roots));
  if (!view) co_return view.error();
  const auto companies = co_await find_companies(context, services, companies_of(*page), shape);
  if (!companies) co_return companies.error();
  auto rows = compatible_rows(**view, *page, query.order, shape, Sight(context.principal(), (*view)->control()));
  if (!rows) co_return rows.error();
  co_return RowsOfFamilies{*std::move(rows), page->total};
}

}  // namespace rapport

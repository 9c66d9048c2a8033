// POST /api/v1/crm/contact/list: the contacts that a text is found in.
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/compatible_contact_answer.h"
#include "engine/http/api/compatible_row.h"
#include "engine/http/api/contact_list_request.h"
#include "engine/http/api/group_contact_rows.h"
#include "engine/http/api/read_position.h"
#include "projections/contact_list.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::size_t kRowsMax = 10'000;  // pages are numbered up to here

// {"payload":{},"page":0,"limit":0,"search":"text"}; a limit of 0 is the default.
struct SearchRequest {
  NumberedPage page;
  std::string text;
};

Result<std::size_t> number_of(const json::value& value, const char* name, std::size_t max) {
  const bool fits = value.is_int64() && value.get_int64() >= 0 && static_cast<std::uint64_t>(value.get_int64()) <= max;
  if (!fits) return Error{Errc::invalid_argument, "is a number from 0 to " + std::to_string(max), name};
  return static_cast<std::size_t>(value.get_int64());
}

Result<SearchRequest> search_request_of(const std::string& body) {
  const auto object = body_object(body);
  RAPPORT_TRY(object);
  SearchRequest out;
  for (const auto& [name, member] : *object) {
    if (name == "payload") {
      const bool empty = member.is_object() && member.get_object().empty();
      if (!empty) return Error{Errc::invalid_argument, "is {}: what else it may hold is nowhere defined", "payload"};
    } else if (name == "search") {
      if (!member.is_string()) return Error{Errc::invalid_argument, "is not a text", "search"};
      out.text = std::string(member.get_string());
    } else if (name == "page" || name == "limit") {
      const bool is_page = name == "page";
      const auto number = number_of(member, is_page ? "page" : "limit", is_page ? kPageNumberMax : kNumberedPageMax);
      if (!number) return number.error();
      if (is_page) out.page.page = *number;
      if (!is_page && *number > 0) out.page.limit = *number;
    } else {
      return Error{Errc::invalid_argument, "is not a member of a search", std::string(name)};
    }
  }
  return out;
}

// All contacts up to the page's last: numbered pages have no place to go on from.
Result<ContactListQuery> query_of(const SearchRequest& wanted, const Sight& sight) {
  ContactListQuery query;
  query.limit = (wanted.page.page + 1) * wanted.page.limit;
  query.bytes_max = kNumberedPageBytesMax;
  if (query.limit > kRowsMax) {
    return Error{Errc::invalid_argument,
                 "goes to row " + std::to_string(kRowsMax) + "; GET /v1/contacts has pages without an end", "page"};
  }
  if (wanted.text.empty()) return query;
  RAPPORT_TRY(sight.check_personal("search"));
  auto search = Search::parse(wanted.text);
  if (!search) return search.error();
  query.search = *std::move(search);
  return query;
}

HttpResponse search_answer(const std::vector<GroupRow>& rows, std::uint64_t total) {
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("data").begin_object().key("list").begin_array();
  for (const GroupRow& row : rows) out.raw(row.item);
  out.end_array().key("counts").begin_object().key("filteredCount").number(total);
  out.end_object().end_object().end_object();
  return HttpResponse::json(std::move(body));
}

asio::awaitable<HttpResponse> search(RequestContext& context, ApiServices& services) {
  const auto wanted = search_request_of(context.request().body);
  if (!wanted) co_return compatible_problem(context, wanted.error());
  auto shape = contact_shape_of(context.request());
  if (!shape) co_return compatible_problem(context, shape.error());
  *shape = row_shape_of(*std::move(shape));
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const Sight sight(context.principal(), (*view)->control());
  const auto query = query_of(*wanted, sight);
  if (!query) co_return compatible_problem(context, query.error());
  const std::size_t offset = wanted->page.offset();
  if (asks_owners(services, context.request())) {
    const ReadFamilies of_families = [&](const Families& families) {
      return family_contact_rows(context, services, families, *query, *shape);
    };
    const auto found = co_await group_rows(context, services, query->limit, in_order_of(query->order), of_families);
    if (!found) co_return compatible_problem(context, found.error());
    HttpResponse response = search_answer(found->behind(offset), found->count);
    found->mark(response, services);
    co_return response;
  }
  if (services.group != nullptr) co_return co_await member_contact_rows(context, services, *query, *shape);
  const auto found = co_await read_list(context, services, *view, *query);
  if (!found) co_return compatible_problem(context, found.error());
  const auto rows = compatible_rows(**view, *found, query->order, *shape, sight, offset);
  if (!rows) co_return compatible_problem(context, rows.error());
  HttpResponse response = search_answer(*rows, found->total);
  set_position(response, services, (*view)->positions());
  co_return response;
}

}  // namespace

void add_compatible_search_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::post,
              .pattern = "/api/v1/crm/contact/list",
              .scope = "contact:read",
              .handler = [&services](RequestContext& context) { return search(context, services); }});
}

}  // namespace rapport

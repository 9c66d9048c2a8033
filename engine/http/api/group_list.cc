#include "engine/http/api/group_list.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/group/member_events.h"
#include "engine/group/member_json.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/group_cursor.h"
#include "engine/http/api/list_cost.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/request_target.h"
#include "events/bytes_text.h"
#include "projections/merges_shown.h"

namespace rapport {
namespace {

namespace json = boost::json;

using Row = GroupListRow;
using Part = GroupListPart;

// The parts of a list that begins.
Result<std::vector<Part>> divided(const ApiServices& services) {
  auto owners = partitions_by_owner(services);
  if (!owners) return owners.error();
  std::vector<Part> out;
  for (auto& [address, partitions] : *owners) out.push_back({.address = address, .partitions = std::move(partitions)});
  return out;
}

// Of who has left the group the page's view went with it.
Result<void> check_members(const ApiServices& services, const GroupCursor& list) {
  std::set<std::string> there;
  for (const GroupMember& member : services.group->status().members) there.insert(member.address);
  std::set<std::string> needed;
  for (const Part& part : list.parts) needed.insert(part.address);
  if (list.families) {
    for (const auto& [address, owner] : list.families->owners) needed.insert(address);
  }
  for (const std::string& address : needed) {
    if (!there.contains(address)) {
      return Error{Errc::cursor_expired, "member " + address + " has left the group", "cursor"};
    }
  }
  return {};
}

HttpClientRequest page_request(const RequestContext& context, const Part& part, std::size_t limit) {
  HttpClientRequest request = member_request(context);
  std::string target = "/v1/contacts?limit=" + std::to_string(limit);
  for (const QueryParameter& parameter : context.request().query.all) {
    if (parameter.name == "limit" || parameter.name == "cursor") continue;
    target += "&" + percent_encode(parameter.name) + "=" + percent_encode(parameter.value);
  }
  if (!part.cursor.empty()) target += "&cursor=" + percent_encode(part.cursor);
  request.target = std::move(target);
  request.headers.set(kPartitionsHeader, partitions_text(part.partitions));
  if (part.moment != 0) request.headers.set(kMomentHeader, std::to_string(part.moment));
  return request;
}

Result<void> take_page(Part& part, const Result<HttpClientResponse>& answer) {
  if (!answer) return answer.error();
  if (answer->status != 200) return decode_problem(answer->body);
  part.stale = answer->headers.find(kStaleHeader).has_value();
  if (const auto text = answer->headers.find(kCatchingUpHeader)) {
    const auto token = parse_position(*text);
    if (!token) return token.error();
    part.catching_up = token->offsets;
  }
  const Error otherwise{Errc::internal, "member " + part.address + " gives what is no page"};
  return read_member_json(answer->body, otherwise, [&](const json::value& page) -> Result<void> {
    for (const json::value& row : page.at("rows").as_array()) {
      const auto key = from_base64url(string_of(row.at("key")));
      if (!key) return key.error();
      part.rows.push_back({{*key, contact_id_of(row.at("id"))}, string_of(row.at("item"))});
    }
    part.more = page.at("more").as_bool();
    part.cursor = string_of(page.at("cursor"));
    part.total = page.at("total").to_number<std::uint64_t>();
    part.position = string_of(page.at("position"));
    if (const json::value* cost = page.as_object().if_contains("cost")) part.cost = cost_of(*cost);
    return {};
  });
}

Row row_of(const MergedContact& contact, const std::optional<ContactOrder>& order, const Sight& sight) {
  Row row{{order ? order->place_of(contact.root, contact.state).key : "", contact.root}, ""};
  JsonWriter out(row.item);
  write_contact(out, contact, sight);
  return row;
}

asio::awaitable<Result<void>> ask_all(RequestContext& context, ApiServices& services, std::vector<Part>& parts,
                                      std::size_t limit) {
  std::map<std::string, HttpClientRequest> requests;
  for (const Part& part : parts) requests.emplace(part.address, page_request(context, part, limit));
  const auto answers = co_await ask_members(context, services, std::move(requests));
  for (Part& part : parts) {
    const auto taken = take_page(part, answers.at(part.address));
    if (!taken) co_return taken.error();
  }
  co_return Result<void>();
}

// What the families have of the list, behind `after`.
Result<Part> part_of_families(const Families& families, ContactListQuery query, std::optional<ContactId> after,
                              const Sight& sight) {
  query.after = after;
  const auto page = list_contacts_among(*families.view, families.contacts, query);
  if (!page) return page.error();
  Part part;
  part.more = page->more;
  part.total = page->total;
  part.cost = page->cost;
  part.stale = families.lent.stale;
  part.catching_up = families.lent.catching_up;
  for (const MergedContact& contact : page->contacts) part.rows.push_back(row_of(contact, query.order, sight));
  return part;
}

std::vector<Part> parts_without(const Families& families) {
  std::vector<Part> out;
  for (const auto& [address, owner] : families.owners) {
    Part part;
    part.address = address;
    part.partitions = owner.partitions;
    part.moment = owner.rest;
    out.push_back(std::move(part));
  }
  return out;
}

std::optional<std::string> as_of_text(const HttpRequest& request) {
  const auto text = request.query.find("as_of");
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

// Adds the families as a part, once the owners' lists are without them.
asio::awaitable<Result<void>> ask_in_rounds(RequestContext& context, ApiServices& services, GroupCursor& list,
                                            const ContactListQuery& query, const Sight& sight) {
  std::map<std::string, OwnerMoments> owners;
  for (const Part& part : list.parts) owners[part.address].partitions = part.partitions;
  const auto families = co_await find_families(context, services, std::move(owners), as_of_text(context.request()));
  if (!families) co_return families.error();
  list.parts = parts_without(*families);
  const auto asked = co_await ask_all(context, services, list.parts, query.limit);
  if (!asked) co_return asked.error();
  auto part = part_of_families(*families, query, std::nullopt, sight);
  if (!part) co_return part.error();
  list.families = FamiliesPlace{std::nullopt, families->owners};
  list.parts.push_back(*std::move(part));
  co_return Result<void>();
}

// A later page.
asio::awaitable<Result<void>> go_on_with_families(RequestContext& context, ApiServices& services, GroupCursor& list,
                                                  const ContactListQuery& query, const Sight& sight) {
  const auto families = co_await find_families(context, services, list.families->owners, as_of_text(context.request()));
  if (!families) co_return families.error();
  auto part = part_of_families(*families, query, list.families->after, sight);
  if (!part) co_return part.error();
  list.parts.push_back(*std::move(part));
  co_return Result<void>();
}

// The first `limit` of all parts' rows, which are in order each: no more bytes than a page may have, and nothing behind
// the last row of a part that goes on.
std::vector<const Row*> first_of(std::vector<Part>& parts, const std::optional<ContactOrder>& order,
                                 std::size_t limit) {
  std::vector<const Row*> out;
  std::size_t bytes = 0;
  while (out.size() < limit) {
    Part* next = nullptr;
    for (Part& part : parts) {
      if (part.shown == part.rows.size() && part.more) return out;
      if (part.shown == part.rows.size()) continue;
      const ContactPlace& place = part.rows[part.shown].place;
      if (next == nullptr) {
        next = &part;
        continue;
      }
      const ContactPlace& least = next->rows[next->shown].place;
      if (order ? order->before(place, least) : place.id < least.id) next = &part;
    }
    if (next == nullptr) break;
    bytes += next->rows[next->shown].item.size();
    if (bytes > kContactPageBytesMax && !out.empty()) break;
    out.push_back(&next->rows[next->shown++]);
  }
  return out;
}

Result<std::string> united_position(const ApiServices& services, const std::vector<Part>& parts) {
  Positions all;
  for (const Part& part : parts) {
    if (!part.address.empty()) RAPPORT_TRY(add_positions(all, part.position));
  }
  return position_text(services, all);
}

MemberCosts costs_of(const std::vector<Part>& parts) {
  MemberCosts costs;
  for (const Part& part : parts) costs.emplace_back(part.address, part.cost);
  return costs;
}

// The list that goes on at the cursor, or one that begins. Errors: cursor_expired; unreachable.
Result<GroupCursor> list_at(const ApiServices& services, std::optional<GroupCursor> cursor) {
  if (cursor) {
    RAPPORT_TRY(check_members(services, *cursor));
    return *std::move(cursor);
  }
  auto parts = divided(services);
  if (!parts) return parts.error();
  GroupCursor list;
  list.parts = *std::move(parts);
  return list;
}

HttpResponse page_of(const ApiServices& services, const GroupCursor& list, const std::vector<const Row*>& rows,
                     bool explains) {
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("items").begin_array();
  for (const Row* row : rows) out.raw(row->item);
  out.end_array().key("next").string_or_null(next_group_cursor(list));
  out.key("total").number(list.total).key("position").string(list.position);
  Positions lacking;
  for (const Part& part : list.parts) advance(lacking, part.catching_up);
  if (!lacking.empty()) out.key("catchingUp").string(position_text(services, lacking));
  if (explains) {
    out.key("explain");
    write_costs(out, costs_of(list.parts));
  }
  out.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  response.headers.set("Rapport-Position", list.position);
  mark_catching_up(response, services, lacking);
  const bool stale = std::any_of(list.parts.begin(), list.parts.end(), [](const Part& part) { return part.stale; });
  if (stale) response.headers.set(kStaleHeader, "true");
  return response;
}

}  // namespace

asio::awaitable<HttpResponse> group_list(RequestContext& context, ApiServices& services, std::size_t limit_default) {
  const HttpRequest& request = context.request();
  const auto explains = flag_of(request, "explain");
  if (!explains) co_return failed(context, explains.error());
  const auto view = newest_view(services);
  const Sight sight(context.principal(), view->control());
  const auto query = contact_list_query(request, view->control(), sight, limit_default);
  if (!query) co_return failed(context, query.error());
  auto cursor = group_cursor_of(request);
  if (!cursor) co_return failed(context, cursor.error());
  const bool first_page = !*cursor;
  auto list = list_at(services, *std::move(cursor));
  if (!list) co_return failed(context, list.error());
  auto asked = co_await ask_all(context, services, list->parts, query->limit);
  if (asked && list->families) asked = co_await go_on_with_families(context, services, *list, *query, sight);
  if (!asked && first_page && is_merge_leading_out(asked.error())) {
    asked = co_await ask_in_rounds(context, services, *list, *query, sight);
  }
  if (!asked) co_return failed(context, asked.error());
  if (first_page) {
    for (const Part& part : list->parts) list->total += part.total;
    const auto position = united_position(services, list->parts);
    if (!position) co_return failed(context, position.error());
    list->position = *position;
  }
  const auto rows = first_of(list->parts, query->order, query->limit);
  co_return page_of(services, *list, rows, *explains);
}

HttpResponse member_page(ApiServices& services, const ContactListCall& call, const ContactListPage& page,
                         const Sight& sight) {
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("rows").begin_array();
  for (const MergedContact& contact : page.contacts) {
    const Row row = row_of(contact, call.query.order, sight);
    out.begin_object().key("id").number(row.place.id.value).key("key").string(encode_cursor(row.place.key));
    out.key("item").string(row.item).end_object();
  }
  out.end_array().key("more").boolean(page.more);
  out.key("cursor").string(cursor_before(services, call, page));
  out.key("total").number(page.total);
  out.key("position").string(position_text(services, positions_listed(services, call)));
  out.key("cost");
  write_cost(out, page.cost);
  out.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  mark_catching_up(response, services, call.catching_up);
  return response;
}

}  // namespace rapport

#include "engine/http/api/group_list.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/group/member_events.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/late_result.h"
#include "engine/http/request_target.h"
#include "events/bytes_text.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct Row {
  ContactPlace place;
  std::string item;
};

// One owner's part of the list.
struct Part {
  std::string address;
  std::set<Partition> partitions;
  std::string cursor;  // of a later page
  std::vector<Row> rows;
  std::size_t shown = 0;
  bool more = false, stale = false;
  std::uint64_t total = 0;
  std::string position;
  Positions catching_up;
};

struct GroupCursor {
  std::uint64_t total = 0;
  std::string position;
  std::vector<Part> parts;
};

std::string text_of(const json::value& value) { return std::string(value.as_string()); }

Error of_another_list() { return {Errc::invalid_argument, "is of another list", "cursor"}; }

Result<std::optional<GroupCursor>> group_cursor_of(const HttpRequest& request) {
  const auto text = cursor_of(request);
  if (!text) return text.error();
  if (!*text) return std::optional<GroupCursor>();
  try {
    const json::value read = json::parse(**text);
    GroupCursor out{.total = read.at("total").to_number<std::uint64_t>(), .position = text_of(read.at("position"))};
    for (const json::value& member : read.at("members").as_array()) {
      const json::array& row = member.as_array();
      auto partitions = parse_partitions(text_of(row.at(1)));
      if (!partitions) return of_another_list();
      out.parts.push_back(
          {.address = text_of(row.at(0)), .partitions = *std::move(partitions), .cursor = text_of(row.at(2))});
    }
    return std::optional(std::move(out));
  } catch (const std::exception&) {
    return of_another_list();
  }
}

// The parts of a list that begins.
Result<std::vector<Part>> divided(const ApiServices& services) {
  auto owners = partitions_by_owner(services);
  if (!owners) return owners.error();
  std::vector<Part> out;
  for (auto& [address, partitions] : *owners) out.push_back({.address = address, .partitions = std::move(partitions)});
  return out;
}

// Of who has left the group the page's view went with it.
Result<void> check_members(const ApiServices& services, const std::vector<Part>& parts) {
  const auto members = services.group->status().members;
  for (const Part& part : parts) {
    const bool there = std::any_of(members.begin(), members.end(),
                                   [&](const GroupMember& member) { return member.address == part.address; });
    if (!there) return Error{Errc::cursor_expired, "member " + part.address + " has left the group", "cursor"};
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
  try {
    const json::value page = json::parse(answer->body);
    for (const json::value& row : page.at("rows").as_array()) {
      const auto key = from_base64url(text_of(row.at("key")));
      if (!key) return key.error();
      part.rows.push_back({{*key, ContactId{row.at("id").to_number<std::uint64_t>()}}, text_of(row.at("item"))});
    }
    part.more = page.at("more").as_bool();
    part.cursor = text_of(page.at("cursor"));
    part.total = page.at("total").to_number<std::uint64_t>();
    part.position = text_of(page.at("position"));
    return {};
  } catch (const std::exception&) {
    return Error{Errc::internal, "member " + part.address + " gives what is no page"};
  }
}

asio::awaitable<Result<void>> ask_all(RequestContext& context, ApiServices& services, std::vector<Part>& parts,
                                      std::size_t limit) {
  std::vector<std::unique_ptr<LateResult<HttpClientResponse>>> answers;
  for (const Part& part : parts) {
    answers.push_back(std::make_unique<LateResult<HttpClientResponse>>(context.executor()));
    services.group->calls().ask(
        part.address, page_request(context, part, limit),
        [done = answers.back()->done()](Result<HttpClientResponse> answer) { done(std::move(answer)); });
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto answer = co_await answers[i]->wait();
    const auto taken = take_page(parts[i], answer);
    if (!taken) co_return taken.error();
  }
  co_return Result<void>();
}

// The first `limit` of all parts' rows, which are in order each.
std::vector<const Row*> first_of(std::vector<Part>& parts, const std::optional<ContactOrder>& order,
                                 std::size_t limit) {
  std::vector<const Row*> out;
  while (out.size() < limit) {
    Part* next = nullptr;
    for (Part& part : parts) {
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
    out.push_back(&next->rows[next->shown++]);
  }
  return out;
}

// Absent: nothing is left.
std::optional<std::string> next_group_cursor(const std::vector<Part>& parts, std::uint64_t total,
                                             const std::string& position) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("total").number(total).key("position").string(position).key("members").begin_array();
  bool any = false;
  for (const Part& part : parts) {
    if (part.shown == part.rows.size() && !part.more) continue;
    any = true;
    out.begin_array().string(part.address).string(partitions_text(part.partitions));
    if (part.shown == 0) {
      out.string(part.cursor);
    } else {
      out.string(cursor_behind(part.cursor, part.rows[part.shown - 1].place.id));
    }
    out.end_array();
  }
  out.end_array().end_object();
  return any ? std::optional(encode_cursor(text)) : std::nullopt;
}

Result<std::string> united_position(const ApiServices& services, const std::vector<Part>& parts) {
  Positions all;
  std::optional<Offset> control;  // of several moments: the earliest, which all have reached
  for (const Part& part : parts) {
    const auto token = parse_position(part.position);
    if (!token) return token.error();
    for (const auto& [partition, offset] : token->offsets) {
      if (partition != kControlPartition) {
        all[partition] = offset;
      } else {
        control = control ? std::min(*control, offset) : offset;
      }
    }
  }
  if (control) all[kControlPartition] = *control;
  return position_text(services, all);
}

}  // namespace

asio::awaitable<HttpResponse> group_list(RequestContext& context, ApiServices& services, std::size_t limit_default) {
  const HttpRequest& request = context.request();
  if (request.query.find("explain")) {
    co_return failed(context,
                     {Errc::invalid_argument, "instances of a group do not tell what a list costs", "explain"});
  }
  const auto view = newest_view(services);
  const Sight sight(context.principal(), view->control());
  const auto query = contact_list_query(request, view->control(), sight, limit_default);
  if (!query) co_return failed(context, query.error());
  auto cursor = group_cursor_of(request);
  if (!cursor) co_return failed(context, cursor.error());
  GroupCursor list;
  if (*cursor) {
    list = **std::move(cursor);
    const auto there = check_members(services, list.parts);
    if (!there) co_return failed(context, there.error());
  } else {
    auto parts = divided(services);
    if (!parts) co_return failed(context, parts.error());
    list.parts = *std::move(parts);
  }
  const bool first_page = !*cursor;
  const auto asked = co_await ask_all(context, services, list.parts, query->limit);
  if (!asked) co_return failed(context, asked.error());
  if (first_page) {
    for (const Part& part : list.parts) list.total += part.total;
    const auto position = united_position(services, list.parts);
    if (!position) co_return failed(context, position.error());
    list.position = *position;
  }
  const auto rows = first_of(list.parts, query->order, query->limit);
  const auto next = next_group_cursor(list.parts, list.total, list.position);

  std::string body;
  JsonWriter out(body);
  out.begin_object().key("items").begin_array();
  for (const Row* row : rows) out.raw(row->item);
  out.end_array().key("next");
  next ? out.string(*next) : out.null();
  out.key("total").number(list.total).key("position").string(list.position);
  Positions lacking;
  for (const Part& part : list.parts) advance(lacking, part.catching_up);
  if (!lacking.empty()) out.key("catchingUp").string(position_text(services, lacking));
  out.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  response.headers.set("Rapport-Position", list.position);
  mark_catching_up(response, services, lacking);
  const bool stale = std::any_of(list.parts.begin(), list.parts.end(), [](const Part& part) { return part.stale; });
  if (stale) response.headers.set(kStaleHeader, "true");
  co_return response;
}

HttpResponse member_page(ApiServices& services, const ContactListCall& call, const ContactListPage& page,
                         const Sight& sight) {
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("rows").begin_array();
  for (const MergedContact& contact : page.contacts) {
    std::string item;
    JsonWriter one(item);
    write_contact(one, contact, sight);
    const std::string key = call.query.order ? call.query.order->place_of(contact.root, contact.state).key : "";
    out.begin_object().key("id").number(contact.root.value).key("key").string(encode_cursor(key));
    out.key("item").string(item).end_object();
  }
  out.end_array().key("more").boolean(page.more);
  out.key("cursor").string(cursor_before(services, call, page));
  out.key("total").number(page.total);
  out.key("position").string(position_text(services, positions_listed(services, call))).end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  mark_catching_up(response, services, call.catching_up);
  return response;
}

}  // namespace rapport

// /v1/contacts: one, a list, its timeline, and the writes, each of which is one event.
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/contact_list_request.h"
#include "engine/http/api/group_list.h"
#include "engine/http/api/list_cost.h"
#include "engine/http/api/long_reads.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/write_call.h"
#include "projections/contact_reader.h"
#include "projections/store/big_endian.h"
#include "projections/timeline_reader.h"

namespace rapport {
namespace {

constexpr std::size_t kPageDefault = 50;

// Null: other instances are asked as well, or the request asks for more than the newest moment.
std::shared_ptr<const View> view_at_once(const RequestContext& context, const ApiServices& services) {
  const HttpHeaders& headers = context.request().headers;
  const bool waits = headers.find("Rapport-After") || headers.find("Rapport-Wait");
  return waits || services.group != nullptr ? nullptr : services.folder.view();
}

std::optional<HttpResponse> get_contact_at_once(RequestContext& context, ApiServices& services) {
  if (!context.request().query.all.empty()) return std::nullopt;
  const auto id = id_parameter(context);
  const auto view = view_at_once(context, services);
  if (!id || !view) return std::nullopt;
  const auto row = row_to_answer_from(*view, ContactId{*id}, Sight(context.principal(), view->control()));
  if (!row || !*row) return std::nullopt;
  return kept_contact_answer(services, *view, ContactId{*id}, **row);
}

asio::awaitable<HttpResponse> get_contact(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const auto as_of = as_of_parameter(services, context.request(), "as_of");
  if (!as_of) co_return failed(context, as_of.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  co_return co_await whole_contact_answer(context, services, *view, ContactId{*id}, *as_of);
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  if (services.group != nullptr && !is_of_member(context.request())) {
    co_return co_await group_list(context, services, kPageDefault);
  }
  const auto explains = flag_of(context.request(), "explain");
  if (!explains) co_return failed(context, explains.error());
  const auto call = co_await contact_list_call(context, services, kPageDefault);
  if (!call) co_return failed(context, call.error());
  const Sight sight(context.principal(), call->view->control());
  const auto page = co_await read_page(context, services, *call);
  if (!page) co_return failed(context, page.error());
  if (services.group != nullptr) co_return member_page(services, *call, *page, sight);

  std::string body;
  JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const MergedContact& contact : page->contacts) write_contact(json, contact, sight);
  json.end_array().key("next");
  page->more ? json.string(next_cursor(services, *call, *page)) : json.null();
  json.key("total").number(page->total);
  json.key("position").string(position_text(services, positions_listed(services, *call)));
  if (*explains) {
    json.key("explain");
    write_cost(json, page->cost);
  }
  json.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, call->view->positions());
  co_return response;
}

Result<TimelineQuery> timeline_query_of(const HttpRequest& request) {
  TimelineQuery query;
  const auto limit = limit_of(request, kPageDefault, kTimelinePageMax);
  if (!limit) return limit.error();
  query.limit = *limit;
  if (const auto order = request.query.find("order")) {
    if (*order != "asc" && *order != "desc") return Error{Errc::invalid_argument, "is asc or desc", "order"};
    query.newest_first = *order == "desc";
  }
  query.types = list_of(request, "type");
  if (const auto source = request.query.find("source")) query.source = *source;
  if (const auto text = request.query.find("q")) query.text = *text;
  const auto from = time_of(request, "from");
  if (!from) return from.error();
  query.from = *from;
  const auto to = time_of(request, "to");
  if (!to) return to.error();
  query.before = *to;
  const auto cursor = cursor_of(request);
  if (!cursor) return cursor.error();
  if (*cursor) {
    if ((*cursor)->size() != 16) return Error{Errc::invalid_argument, "is of another list", "cursor"};
    const std::string_view bytes = **cursor;
    query.after = WriteStamp{Timestamp{static_cast<std::int64_t>(read_big_endian64(bytes))},
                             Offset{static_cast<std::int64_t>(read_big_endian64(bytes.substr(8)))}};
  }
  return query;
}

std::string timeline_cursor(WriteStamp last) {
  std::string state;
  append_big_endian64(state, static_cast<std::uint64_t>(last.time.ms));
  append_big_endian64(state, static_cast<std::uint64_t>(last.offset.value));
  return encode_cursor(state);
}

// Whether it asks for no more than how many of the newest.
bool is_newest(const TimelineQuery& query) {
  TimelineQuery newest;
  newest.limit = query.limit;
  return query == newest;
}

// The answer without its end, which tells the moment.
std::string timeline_rows(const ApiServices& services, ContactId contact, const TimelinePage& page,
                          const Sight& sight) {
  const Partition partition = services.log.partition_of(to_string(Subject{contact}));
  std::string rows;
  JsonWriter json(rows);
  json.begin_object().key("items").begin_array();
  for (const TimelineEntry& entry : page.entries) {
    write_timeline_entry(json, contact, services.log.id(), partition, entry, sight);
  }
  json.end_array().key("next");
  page.more ? json.string(timeline_cursor(page.entries.back().row.stamp)) : json.null();
  return rows;
}

// `body`: its rows, as timeline_rows() or AnswerCache has them.
HttpResponse timeline_answer(const ApiServices& services, const View& view, ContactId contact, std::string body) {
  const Positions positions = positions_of_stream(services, view, contact);
  body.append(",\"position\":\"").append(position_text(services, positions)).append("\"}");
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, positions);
  return response;
}

std::optional<HttpResponse> get_timeline_at_once(RequestContext& context, ApiServices& services) {
  const auto& parameters = context.request().query.all;
  if (parameters.size() > 1 || (parameters.size() == 1 && parameters.front().name != "limit")) return std::nullopt;
  const auto id = id_parameter(context);
  const auto limit = limit_of(context.request(), kPageDefault, kTimelinePageMax);
  const auto view = view_at_once(context, services);
  if (!id || !limit || !view) return std::nullopt;
  const ContactId contact{*id};
  const auto row = row_to_answer_from(*view, contact, Sight(context.principal(), view->control()));
  const auto known = row && *row ? services.answers->find({contact, *limit}, **row) : nullptr;
  if (!known) return std::nullopt;
  return timeline_answer(services, *view, contact, known->body());
}

asio::awaitable<HttpResponse> get_timeline(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const auto query = timeline_query_of(context.request());
  if (!query) co_return failed(context, query.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const Sight sight(context.principal(), (*view)->control());
  if (!query->text.empty()) {
    if (const auto may = sight.check_personal("q"); !may) co_return failed(context, may.error());
  }
  const ContactId contact{*id};
  const auto row = is_newest(*query) ? row_to_answer_from(**view, contact, sight) : RowDigest(std::nullopt);
  if (!row) co_return failed(context, row.error());
  const AnswerCache::Question question{contact, query->limit};
  if (const auto known = *row ? services.answers->find(question, **row) : nullptr) {
    co_return timeline_answer(services, **view, contact, known->body());
  }
  const auto state = read_contact(**view, contact);
  if (!state) co_return failed(context, state.error());
  if (!*state) co_return failed(context, {Errc::not_found, "there is no contact " + std::to_string(*id)});
  if ((*state)->gone != Gone::no) co_return co_await whole_contact_answer(context, services, *view, contact);
  // What few rows pass, or none, is looked for in all of them.
  const bool picks = !query->types.empty() || query->source || !query->text.empty();
  std::function<Result<TimelinePage>()> read = [seen = *view, contact, asked = *query] {
    return read_timeline(*seen, contact, asked);
  };
  const auto page = co_await services.long_reads->run(context.principal().key_id,
                                                      picks ? (*state)->ledger.event_count() : 0, std::move(read));
  if (!page) co_return failed(context, page.error());

  std::string rows = timeline_rows(services, contact, *page, sight);
  HttpResponse response = timeline_answer(services, **view, contact, rows);
  if (*row) services.answers->keep(question, **row, {.body = std::move(rows), .tag = {}});
  co_return response;
}

// In the log, and not folded: what it makes of the contact is not known yet.
HttpResponse durable_answer(ContactId contact) {
  return HttpResponse::json("{\"status\":\"durable\",\"id\":" + std::to_string(contact.value) + "}", 202);
}

// Not where a fresh id was claimed, earlier, by who owned its partition then.
bool is_folded_here(const ApiServices& services, ContactId contact) {
  return services.group == nullptr || services.group->owns(services.log.partition_of(to_string(Subject{contact})));
}

// Publishes the event, and answers with the contact as it then stands.
asio::awaitable<HttpResponse> write(WriteCall& call, Event event, int status) {
  const auto result = co_await call.write(std::move(event));
  if (!result) co_return call.failed(result.error());
  const bool is_there = call.is_dry() || is_folded_here(call.services(), *result->contact);
  if (result->status == PublishStatus::durable || !is_there) {
    co_return durable_answer(*result->contact);
  }
  HttpResponse response = co_await contact_answer(call, *result->contact);
  if (response.status == 200) response.status = status;
  if (response.status == 201)
    response.headers.add("Location", "/v1/contacts/" + std::to_string(result->contact->value));
  co_return response;
}

// An event's data may be left out; a body that must be there and is not was lost on the way.
Error no_body() { return {Errc::invalid_json, "is empty", "body"}; }

asio::awaitable<HttpResponse> create(WriteCall& call) {
  if (call.request().body.empty()) co_return call.failed(no_body());
  // What is wrong with it costs no id.
  auto event = call.make({.type = "contact.created", .subject = "contact/1", .data = call.request().body});
  if (!event) co_return call.failed(event.error());
  const auto id = co_await call.fresh_id(IdKind::contact);
  if (!id) co_return call.failed(id.error());
  event->subject = ContactId{*id};
  co_return co_await write(call, *std::move(event), 201);
}

asio::awaitable<HttpResponse> change(WriteCall& call, std::string type, std::string data) {
  if (data.empty()) co_return call.failed(no_body());
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto root = co_await root_to_change(call, ContactId{*id});
  if (!root) co_return call.failed(root.error());
  auto event = call.make({.type = std::move(type), .subject = to_string(Subject{*root}), .data = std::move(data)});
  if (!event) co_return call.failed(event.error());
  co_return co_await write(call, *std::move(event), 200);
}

// Takes all members of a merge, so it is asked of the root.
asio::awaitable<HttpResponse> remove(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto root = co_await root_of_merge(call, ContactId{*id});
  if (!root) co_return call.failed(root.error());
  if (*root != ContactId{*id}) {
    co_return merged_conflict(call.context(), "contact " + std::to_string(*id) + " is merged into contact " +
                                                  std::to_string(root->value) + ": delete that, or unmerge it first");
  }
  // Of this contact, also where it has been merged into another since.
  auto event = call.make({.type = "contact.deleted", .subject = to_string(Subject{*root}), .data = "{}"});
  if (!event) co_return call.failed(event.error());
  HttpResponse response = co_await write(call, *std::move(event), 200);
  // Gone is what was asked for.
  if (response.status == 410 && response.content_type == "application/json") response.status = 200;
  co_return response;
}

}  // namespace

void add_contact_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  add(HttpMethod::get, "/v1/contacts", "contact:read", [&services](RequestContext& c) { return list(c, services); });
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/contacts/{id}",
              .scope = "contact:read",
              .handler = [&services](RequestContext& c) { return get_contact(c, services); },
              .at_once = [&services](RequestContext& c) { return get_contact_at_once(c, services); }});
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/contacts/{id}/timeline",
              .scope = "timeline:read",
              .handler = [&services](RequestContext& c) { return get_timeline(c, services); },
              .at_once = [&services](RequestContext& c) { return get_timeline_at_once(c, services); }});
  const auto add_write = [&](HttpMethod method, const char* pattern, const char* scope, WriteHandler handler) {
    add(method, pattern, scope, writing(services, {.versioned = true, .may_be_durable = true}, std::move(handler)));
  };
  add_write(HttpMethod::post, "/v1/contacts", "contact:write", [](WriteCall& call) { return create(call); });
  add_write(HttpMethod::patch, "/v1/contacts/{id}", "contact:write",
            [](WriteCall& call) { return change(call, "contact.changed", call.request().body); });
  add_write(HttpMethod::post, "/v1/contacts/{id}/tags", "contact:write",
            [](WriteCall& call) { return change(call, "contact.tags.changed", call.request().body); });
  add_write(HttpMethod::post, "/v1/contacts/{id}/archive", "contact:write",
            [](WriteCall& call) { return change(call, "contact.changed", "{\"archived\":true}"); });
  add_write(HttpMethod::post, "/v1/contacts/{id}/unarchive", "contact:write",
            [](WriteCall& call) { return change(call, "contact.changed", "{\"archived\":false}"); });
  add_write(HttpMethod::delete_, "/v1/contacts/{id}", "contact:delete", [](WriteCall& call) { return remove(call); });
}

}  // namespace rapport

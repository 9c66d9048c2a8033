// POST /v1/contacts/{id}/visits: a visit and the pages of it, as events.
//
//   {"visitId":"v-1","url":"https://shop.example/","source":"newsletter","time":"2026-11-24T09:15:02Z",
//    "pages":[{"url":"https://shop.example/docs","title":"Docs","time":"2026-11-24T09:16:11Z"}],
//    "ended":"2026-11-24T09:31:40Z"}
#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/sight.h"
#include "engine/http/api/write_call.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::size_t kPagesMax = 500;
// What says that the visit begins here; a body of pages alone adds them to a visit that did before.
constexpr std::array<std::string_view, 7> kStartMembers{"url",       "title", "referrer", "source",
                                                        "userAgent", "ip",    "time"};

Result<std::optional<Timestamp>> time_member(json::object& from, const char* name, const std::string& field) {
  const json::value* value = from.if_contains(name);
  if (value == nullptr) return std::optional<Timestamp>();
  if (!value->is_string()) return Error{Errc::invalid_argument, "is not a time", field};
  const auto time = parse_timestamp(json::value_to<std::string>(*value));
  if (!time) return Error{Errc::invalid_argument, time.error().detail, field};
  from.erase(name);
  return std::optional(*time);
}

// "data.url" of the event is "pages[2].url" of the request.
Error of_member(Error error, const std::string& where) {
  if (error.field.starts_with("data.")) error.field = where + error.field.substr(5);
  return error;
}

// The events that a visit's body means, in order.
class VisitEvents {
 public:
  VisitEvents(WriteCall& call, ContactId contact) : call_(call), subject_(to_string(Subject{contact})) {}

  // Errors: invalid_json, invalid_argument, and the decoder's, with the member of the request named.
  Result<void> read(const std::string& body);

  std::vector<Event> take() { return std::move(events_); }
  const std::string& visit_id() const { return visit_id_; }

 private:
  Result<void> add(const char* type, json::object data, std::optional<Timestamp> time, const std::string& where);
  Result<void> add_start(json::object& members);
  Result<void> add_pages(const json::value& pages);

  WriteCall& call_;
  const std::string subject_;
  std::string visit_id_;
  std::vector<Event> events_;
};

Result<void> VisitEvents::add(const char* type, json::object data, std::optional<Timestamp> time,
                              const std::string& where) {
  if (!visit_id_.empty()) data["visitId"] = visit_id_;
  auto event = call_.make({.type = type, .subject = subject_, .data = json::serialize(data), .time = time});
  if (!event) return of_member(event.error(), where);
  if (visit_id_.empty()) visit_id_ = event->id;  // a visit without a name has its first event's
  events_.push_back(*std::move(event));
  return {};
}

Result<void> VisitEvents::add_start(json::object& members) {
  const bool begins = std::any_of(kStartMembers.begin(), kStartMembers.end(),
                                  [&](std::string_view name) { return members.contains(name); });
  if (!begins && !visit_id_.empty()) return {};
  const auto time = time_member(members, "time", "time");
  if (!time) return time.error();
  json::object data;
  for (const std::string_view name : kStartMembers) {
    if (const json::value* value = members.if_contains(name)) data[name] = *value;
  }
  return add("visit.started", std::move(data), *time, "");
}

Result<void> VisitEvents::add_pages(const json::value& pages) {
  if (!pages.is_array() || pages.get_array().size() > kPagesMax) {
    return Error{Errc::invalid_argument, "is a list of at most " + std::to_string(kPagesMax) + " pages", "pages"};
  }
  for (std::size_t i = 0; i < pages.get_array().size(); ++i) {
    const std::string where = "pages[" + std::to_string(i) + "].";
    const json::value& page = pages.get_array()[i];
    if (!page.is_object()) return Error{Errc::invalid_argument, "is not an object", where.substr(0, where.size() - 1)};
    json::object data = page.get_object();
    const auto time = time_member(data, "time", where + "time");
    if (!time) return time.error();
    RAPPORT_TRY(add("page.viewed", std::move(data), *time, where));
  }
  return {};
}

Result<void> VisitEvents::read(const std::string& body) {
  auto object = body_object(body);
  RAPPORT_TRY(object);
  json::object& members = *object;
  for (const auto& [name, member] : members) {
    const bool known = std::find(kStartMembers.begin(), kStartMembers.end(), name) != kStartMembers.end();
    if (!known && name != "visitId" && name != "pages" && name != "ended") {
      return Error{Errc::invalid_argument, "is not a member of a visit", std::string(name)};
    }
  }
  if (const json::value* id = members.if_contains("visitId")) {
    const bool is_label = id->is_string() || id->is_int64();
    if (!is_label) return Error{Errc::invalid_argument, "is neither a text nor an integer", "visitId"};
    visit_id_ = id->is_string() ? json::value_to<std::string>(*id) : json::serialize(*id);
  }
  RAPPORT_TRY(add_start(members));
  if (const json::value* pages = members.if_contains("pages")) RAPPORT_TRY(add_pages(*pages));
  const auto ended = time_member(members, "ended", "ended");
  if (!ended) return ended.error();
  if (*ended) RAPPORT_TRY(add("visit.ended", {}, *ended, ""));
  if (events_.empty()) return Error{Errc::invalid_argument, "says nothing of the visit but its name", "body"};
  return {};
}

// {"visitId":"v-1","contact":{...}}
asio::awaitable<HttpResponse> visit_answer(const WriteCall& call, const std::string& visit_id, ContactId contact) {
  const auto family = co_await call.family(contact);
  if (!family) co_return call.failed(family.error());
  const auto whole = read_merged(contacts_of(*family->view), contact);
  if (!whole) co_return call.failed(whole.error());
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("visitId").string(visit_id).key("contact");
  write_contact(out, **whole, Sight(call.context().principal(), family->view->control()));
  out.end_object();
  HttpResponse response = HttpResponse::json(std::move(body), 201);
  family->lent.mark(response, call.services());
  co_return response;
}

asio::awaitable<HttpResponse> append_visit(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto root = co_await root_to_change(call, ContactId{*id});
  if (!root) co_return call.failed(root.error());
  VisitEvents visit(call, *root);
  if (auto read = visit.read(call.request().body); !read) co_return call.failed(read.error());
  auto written = co_await call.write_all(visit.take());
  if (!written) co_return call.failed(written.error());
  co_return co_await visit_answer(call, visit.visit_id(), *root);
}

}  // namespace

void add_visit_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/contacts/{id}/visits",
              .scope = "contact:write",
              .handler = writing(services, {}, [](WriteCall& call) { return append_visit(call); })});
}

}  // namespace rapport

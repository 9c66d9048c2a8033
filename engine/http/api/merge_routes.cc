// /v1/contacts/{id}/merge and /unmerge. The link stands on the contact that is merged and decides alone; what its
// survivor is told is a hint for reads, under an id made of the link's event, so that asking again repairs it.
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/publish_wait.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/problem.h"
#include "events/event_encoder.h"
#include "projections/contact_reader.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

constexpr std::string_view kApiSource = "api";

HttpResponse failed(RequestContext& context, const Error& error) {
  return problem_response(error, context.request().request_id);
}

std::string name_of(ContactId id) { return "contact " + std::to_string(id.value); }

// A link to be set or cut.
struct Link {
  ContactId loser, survivor;
  bool set = true;
  bool stands = false;        // it is so already: only the survivor may not know it yet
  std::string conflict = {};  // why it cannot be
};

Result<ContactState> read_live(const View& view, ContactId id) {
  auto state = read_contact(view, id);
  if (!state) return state.error();
  if (*state && (*state)->gone == Gone::deleted) return Error{Errc::contact_deleted, name_of(id) + " is deleted"};
  if (*state && (*state)->gone == Gone::erased) return Error{Errc::contact_erased, name_of(id) + " is erased"};
  if (!*state || !(*state)->exists) return Error{Errc::not_found, "there is no " + name_of(id)};
  return **std::move(state);
}

Result<Link> link_to_set(const View& view, ContactId loser, ContactId into) {
  if (loser == into) return Error{Errc::invalid_argument, "a contact is not merged into itself", "into"};
  const auto state = read_live(view, loser);
  if (!state) return state.error();
  const auto survivor = read_live(view, into);
  if (!survivor) return Error{survivor.error().code, survivor.error().detail, "into"};
  if (state->merged_into.value == into) return Link{.loser = loser, .survivor = into, .stands = true};
  if (state->merged_into.value) {
    const std::string other = name_of(*state->merged_into.value);
    return Link{.conflict = name_of(loser) + " is merged into " + other + ": unmerge it first"};
  }
  const auto root = root_of(contacts_of(view), into);
  if (!root) return root.error();
  if (*root == loser) return Link{.conflict = name_of(into) + " is merged into " + name_of(loser) + " already"};
  return Link{.loser = loser, .survivor = into};
}

Result<Link> link_to_cut(const View& view, ContactId loser) {
  const auto state = read_live(view, loser);
  if (!state) return state.error();
  if (!state->merged_into.value) return Link{.conflict = name_of(loser) + " is merged into no other"};
  return Link{.loser = loser, .survivor = *state->merged_into.value, .set = false};
}

Event hint_of(const Link& link, const std::string& cause_id) {
  const EventType type = link.set ? EventType::contact_absorbed : EventType::contact_parted;
  const Payload payload = link.set ? Payload(ContactAbsorbed{link.loser}) : Payload(ContactParted{link.loser});
  Event hint = make_event(cause_id + ".hint", std::string(kApiSource), type, link.survivor, std::nullopt, payload);
  hint.causation_id = cause_id;
  return hint;
}

// How things would stand with the link.
ContactSource as_if(const View& view, Link link) {
  return [&view, link](ContactId id) -> Result<std::optional<ContactState>> {
    auto state = read_contact(view, id);
    if (!state || !*state) return state;
    const WriteStamp last{kTimestampMax, Offset{std::numeric_limits<std::int64_t>::max()}};
    if (id == link.loser) (*state)->merged_into.write(link.set ? std::optional(link.survivor) : std::nullopt, last);
    if (id == link.survivor) (*state)->absorbed[link.loser].write(link.set, last);
    return state;
  };
}

HttpResponse dry_answer(RequestContext& context, const ApiServices& services, const View& view, const Link& link,
                        const Event& event) {
  const auto contact = read_merged(as_if(view, link), link.loser);
  if (!contact) return failed(context, contact.error());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("events").begin_array();
  if (!link.stands) json.raw(encode_event(event));
  json.raw(encode_event(hint_of(link, event.id))).end_array().key("contact");
  write_contact(json, **contact, Sight(context.principal(), view.control()));
  json.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, view.positions());
  return response;
}

// The id of the event that the link stands by.
Result<std::string> event_id_of_link(const View& view, ContactId loser) {
  const auto state = read_contact(view, loser);
  if (!state) return state.error();
  const WriteStamp at = (*state)->merged_into.stamp;
  const auto row = view.store().get(timeline_key(stream_key(loser), at), view.at());
  if (!row) return row.error();
  if (!*row) return Error{Errc::corrupt, "the link of " + name_of(loser) + " has no timeline row"};
  const auto decoded = decode_timeline_row(at, **row);
  if (!decoded) return decoded.error();
  return decoded->event_id;
}

asio::awaitable<Result<Published>> tell_survivor(RequestContext& context, ApiServices& services, Event hint) {
  PublishOptions options;
  options.actor = context.principal().key_id;
  std::vector<Event> hints;
  hints.push_back(std::move(hint));
  const auto initiate = [&](CallbackDone<Published> done) {
    services.publisher.append_own(std::move(hints), options,
                                  [done](Result<Published> published) { done(std::move(published)); });
  };
  co_return co_await async_from_callback<Published>(initiate);
}

// Writes the link, then tells the survivor; answers with the loser's whole as it then stands.
asio::awaitable<HttpResponse> write_link(RequestContext& context, ApiServices& services, Link link, Event event) {
  Positions positions;
  std::string cause_id = event.id;
  if (link.stands) {
    const auto written_by = event_id_of_link(*services.folder.view(), link.loser);
    if (!written_by) co_return failed(context, written_by.error());
    cause_id = *written_by;
  } else {
    PublishOptions options;
    options.actor = context.principal().key_id;
    std::vector<IncomingEvent> events;
    events.push_back(std::move(event));
    const auto published = co_await async_publish(services, std::move(events), options);
    if (!published) co_return failed(context, published.error());
    const PublishResult& result = published->results.front();
    if (result.error && result.status != PublishStatus::durable) co_return failed(context, *result.error);
    positions = published->positions;
  }
  Event hint = hint_of(link, cause_id);
  const auto told = co_await tell_survivor(context, services, std::move(hint));
  if (!told) co_return failed(context, told.error());
  advance(positions, told->positions);
  HttpResponse response = contact_answer(context, services, *services.folder.view(), link.loser);
  set_position(response, services, positions);
  co_return response;
}

asio::awaitable<HttpResponse> change_link(RequestContext& context, ApiServices& services, bool set) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  if (context.request().headers.find("If-Match")) {
    co_return failed(context,
                     {Errc::invalid_argument, "a merge is of more than one contact: it has no version", "If-Match"});
  }
  const ContactId loser{*id};
  RequestedEvent wanted{.type = set ? "contact.merged_into" : "contact.unmerged",
                        .subject = to_string(Subject{loser}),
                        .data = set ? context.request().body : "{}"};
  auto event = make_requested_event(wanted, make_event_id());
  if (!event) co_return failed(context, event.error());
  const auto view = services.folder.view();
  const auto link =
      set ? link_to_set(*view, loser, std::get<ContactMergedInto>(event->payload).into) : link_to_cut(*view, loser);
  if (!link) co_return failed(context, link.error());
  if (!link->conflict.empty()) co_return merged_conflict(context, link->conflict);
  if (flag_of(context.request(), "dry_run")) co_return dry_answer(context, services, *view, *link, *event);
  Link wanted_link = *link;
  Event written = *std::move(event);
  co_return co_await write_link(context, services, std::move(wanted_link), std::move(written));
}

}  // namespace

void add_merge_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/contacts/{id}/merge",
              .scope = "contact:write",
              .handler = [&services](RequestContext& context) { return change_link(context, services, true); }});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/contacts/{id}/unmerge",
              .scope = "contact:write",
              .handler = [&services](RequestContext& context) { return change_link(context, services, false); }});
}

}  // namespace rapport

// /v1/contacts/{id}/erase: what is known of a contact is destroyed, in the rows and in the log; and /v1/erasures: of
// which erased ones something may still stand in files.
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/write_call.h"
#include "engine/http/async_callback.h"
#include "engine/publish/own_events.h"
#include "events/json_writer.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

constexpr std::string_view kInClear =
    "the log is not encrypted: what it, and copies of it, hold of the contact stays readable there";

// A contact and its members, each with its own log.
struct Erased {
  ContactId root;
  std::vector<ContactId> contacts;
  bool gone_before = false;  // erased already: whoever asks again is told the same
  std::uint64_t fields = 0, tags = 0, identities = 0, events = 0;
};

Result<Erased> find_erased(const View& view, ContactId id) {
  const auto state = read_contact(view, id);
  if (!state) return state.error();
  if (*state && (*state)->gone == Gone::erased) return Erased{.root = id, .contacts = {id}, .gone_before = true};
  const auto root = root_of_merge(view, id);
  if (!root) return root.error();
  const auto merged = read_merged(contacts_of(view), *root);
  if (!merged) return merged.error();
  if (!*merged) return Error{Errc::not_found, "there is no contact " + std::to_string(id.value)};
  Erased out{.root = *root, .contacts = {*root}};
  for (const MergeMember& member : (*merged)->members) out.contacts.push_back(member.id);
  for (const ContactId contact : out.contacts) {
    const auto own = read_contact(view, contact);
    if (!own) return own.error();
    if (!*own) continue;
    for (const auto& [key, written] : (*own)->fields) out.fields += is_null(written.value) ? 0 : 1;
    for (const auto& [tag, written] : (*own)->tags) out.tags += written.value ? 1 : 0;
    out.identities += (*own)->identities.size();
    out.events += (*own)->ledger.event_count();
  }
  return out;
}

HttpResponse told(const WriteCall& call, const Erased& erased) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").number(erased.root.value).key("status").string("erased");
  json.key("erased").begin_array();
  for (const ContactId contact : erased.contacts) json.number(contact.value);
  json.end_array();
  json.key("gone").begin_object();
  json.key("fields").number(erased.fields).key("tags").number(erased.tags);
  json.key("identities").number(erased.identities).key("events").number(erased.events).end_object();
  const bool sealed = call.services().log.seal() != nullptr;
  json.key("encrypted").boolean(sealed).key("warning");
  sealed ? json.null() : json.string(kInClear);
  json.end_object();
  return HttpResponse::json(std::move(body));
}

// Of each contact the event that erases it, in one batch.
asio::awaitable<Result<void>> append_erased(WriteCall& call, const Erased& erased) {
  std::vector<Event> events;
  for (const ContactId contact : erased.contacts) {
    events.push_back(own_event(EventType::contact_erased, contact, ContactErased{}));
  }
  const auto published = co_await call.append_own(std::move(events));
  if (!published) co_return published.error();
  for (const PublishResult& result : published->results) {
    if (result.status == PublishStatus::durable) {
      co_return Error{Errc::wait_timeout, "the log says that it is erased; the fold has yet to come to that"};
    }
    if (result.error && result.error->code != Errc::contact_erased) co_return *result.error;
  }
  co_return Result<void>();
}

// On the eraser's own thread: it waits for disks, and writes files anew.
using EraserStep = void (Eraser::*)(std::vector<ContactId>, Eraser::Done);
asio::awaitable<Result<void>> have_done(Eraser& eraser, EraserStep step, const std::vector<ContactId>& contacts) {
  co_return co_await async_from_callback<void>(
      [&](CallbackDone<void> done) { (eraser.*step)(contacts, std::move(done)); });
}

asio::awaitable<HttpResponse> erase(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto family = co_await call.family(ContactId{*id});
  if (!family) co_return call.failed(family.error());
  const auto erased = find_erased(*family->view, ContactId{*id});
  if (!erased) co_return call.failed(erased.error());
  if (erased->root != ContactId{*id}) {
    co_return merged_conflict(call.context(), "contact " + std::to_string(*id) + " is merged into contact " +
                                                  std::to_string(erased->root.value) +
                                                  ": erase that, which takes all of it, or unmerge it first");
  }
  for (const ContactId contact : erased->contacts) {
    const Group* group = call.services().group;
    if (group == nullptr || group->owns(call.services().log.partition_of(to_string(Subject{contact})))) continue;
    co_return merged_conflict(call.context(), "contact " + std::to_string(contact.value) +
                                                  ", which another instance folds, is merged into it: unmerge that "
                                                  "first, and erase each by itself");
  }
  Eraser& eraser = call.services().eraser;
  if (erased->gone_before) co_return told(call, *erased);
  if (!call.is_dry()) {
    const auto planned = co_await have_done(eraser, &Eraser::plan, erased->contacts);
    if (!planned) {
      // Cut off, it may still come to that.
      eraser.leave(erased->contacts);
      co_return call.failed(planned.error());
    }
  }
  const auto appended = co_await append_erased(call, *erased);
  // What is planned and was not told stays planned: the log may hold it.
  if (!appended) {
    if (!call.is_dry()) eraser.leave(erased->contacts);
    co_return call.failed(appended.error());
  }
  if (!call.is_dry()) {
    const auto finished = co_await have_done(eraser, &Eraser::finish, erased->contacts);
    if (!finished) co_return call.failed(finished.error());
  }
  co_return told(call, *erased);
}

HttpResponse list_erasures(const ApiServices& services) {
  const EraserStatus status = services.eraser.status();
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("encrypted").boolean(status.sealed).key("pending").begin_array();
  for (const ContactId contact : status.pending) json.number(contact.value);
  json.end_array().key("error");
  status.error ? json.string(to_string(*status.error)) : json.null();
  json.end_object();
  return HttpResponse::json(std::move(body));
}

}  // namespace

void add_erase_routes(Router& router, ApiServices& services) {
  services.eraser.before_cleaning([pinned = services.pinned] { pinned->let_go(); });
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/contacts/{id}/erase",
              .scope = "erasure:write",
              .handler = writing(services, {}, [](WriteCall& call) { return erase(call); })});
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/erasures",
              .scope = "erasure:read",
              .handler = handler_of([&services](RequestContext&) { return list_erasures(services); })});
}

}  // namespace rapport

// /v1/contacts/{id}/erase: what is known of a contact is destroyed, in the rows and in the log; and /v1/erasures: of
// which erased ones something may still stand in files.
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/contact_erasure.h"
#include "engine/http/api/request_values.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

constexpr std::string_view kInClear =
    "the log is not encrypted: what it, and copies of it, hold of the contact stays readable there";

HttpResponse told(const WriteCall& call, ContactId root, const Erased& erased) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").number(root.value).key("status").string("erased");
  json.key("erased").begin_array().number(root.value);
  for (const ContactId contact : erased.contacts) {
    if (contact != root) json.number(contact.value);
  }
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

asio::awaitable<HttpResponse> erase(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto erased = co_await erase_with_merged(call, ContactId{*id});
  if (!erased) co_return call.failed(erased.error());
  if (erased->merged_into) {
    co_return merged_conflict(call.context(), "contact " + std::to_string(*id) + " is merged into contact " +
                                                  std::to_string(erased->merged_into->value) +
                                                  ": erase that, which takes all of it, or unmerge it first");
  }
  co_return told(call, ContactId{*id}, *erased);
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
  services.eraser.before_cleaning([pinned = services.pinned, idempotency = services.idempotency] {
    pinned->let_go();
    idempotency->let_go();
  });
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

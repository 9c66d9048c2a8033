// /v1/contacts/{id}/merge and /unmerge.
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/contact_link.h"
#include "engine/http/api/request_values.h"

namespace rapport {
namespace {

asio::awaitable<Result<ContactLink>> wanted_link(const WriteCall& call, ContactId loser,
                                                 const ContactMergedInto* merge) {
  if (merge == nullptr) co_return link_to_cut(*call.view(), loser);
  const auto family = co_await call.family(loser, merge->into);
  if (!family) co_return family.error();
  co_return link_to_set(*family->view, loser, merge->into);
}

// Answers with the loser's whole as it then stands.
asio::awaitable<HttpResponse> change_link(WriteCall& call, bool set) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const ContactId loser{*id};
  auto event = call.make({.type = set ? "contact.merged_into" : "contact.unmerged",
                          .subject = to_string(Subject{loser}),
                          .data = set ? call.request().body : "{}"});
  if (!event) co_return call.failed(event.error());
  const auto repeat = call.is_repeat(Subject{loser});
  if (!repeat) co_return call.failed(repeat.error());
  Result<void> written;
  if (*repeat) {
    written = co_await repeat_link(call, loser, *std::move(event));
  } else {
    auto link = co_await wanted_link(call, loser, std::get_if<ContactMergedInto>(&event->payload));
    if (!link) co_return call.failed(link.error());
    if (!link->conflict.empty()) co_return merged_conflict(call.context(), link->conflict);
    written = co_await write_link(call, *std::move(link), *std::move(event));
  }
  if (!written) co_return call.failed(written.error());
  co_return co_await contact_answer(call, loser);
}

}  // namespace

void add_merge_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/contacts/{id}/merge",
              .scope = "contact:write",
              .handler = writing(services, {}, [](WriteCall& call) { return change_link(call, true); })});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/contacts/{id}/unmerge",
              .scope = "contact:write",
              .handler = writing(services, {}, [](WriteCall& call) { return change_link(call, false); })});
}

}  // namespace rapport

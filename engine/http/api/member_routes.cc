// /v1/member: what members of a group ask each other about events and reverts (engine/group/member_events.h,
// member_reverts.h). Not for clients: a request must show the group's key.
#include "engine/group/group.h"
#include "engine/group/member_events.h"
#include "engine/group/member_reverts.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/api_services.h"
#include "engine/http/api/member_request.h"
#include "engine/http/async_callback.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

asio::awaitable<HttpResponse> resolve(RequestContext& context, ApiServices& services) {
  if (const auto may = check_member(context, services); !may) co_return failed(context, may.error());
  if (const auto may = check_confirmed(services); !may) co_return failed(context, may.error());
  auto asked = decode_identities(context.request().body);
  if (!asked) co_return failed(context, asked.error());
  for (const Identity& identity : asked->identities) {
    if (services.group->is_level(partition_in_log(services.log, identity))) continue;
    co_return failed(context, {Errc::unreachable, "an identity is another member's by now, or not folded here yet"});
  }
  using Contacts = IdentityResolver::Contacts;
  const auto initiate = [&](CallbackDone<Contacts> done) {
    services.publisher.resolve(asked->identities, asked->gone,
                               [done](Result<Contacts> contacts) { done(std::move(contacts)); });
  };
  const auto contacts = co_await async_from_callback<Contacts>(initiate);
  if (!contacts) co_return failed(context, contacts.error());
  co_return HttpResponse::json(encode_contacts(asked->identities, *contacts));
}

asio::awaitable<HttpResponse> publish(RequestContext& context, ApiServices& services) {
  if (const auto may = check_member(context, services); !may) co_return failed(context, may.error());
  if (const auto may = check_confirmed(services); !may) co_return failed(context, may.error());
  auto events = decode_events(context.request().body);
  if (!events) co_return failed(context, events.error());
  const PublishWait wait = context.request().query.find("wait") ? PublishWait::durable : PublishWait::folded;
  const auto initiate = [&](CallbackDone<Published> done) {
    services.publisher.publish_resolved(*std::move(events), wait,
                                        [done](Result<Published> published) { done(std::move(published)); });
  };
  const auto published = co_await async_from_callback<Published>(initiate);
  if (!published) co_return failed(context, published.error());
  co_return HttpResponse::json(encode_published(*published));
}

asio::awaitable<HttpResponse> take_back(RequestContext& context, ApiServices& services) {
  if (const auto may = check_member(context, services); !may) co_return failed(context, may.error());
  auto step = decode_step(context.request().body);
  if (!step) co_return failed(context, step.error());
  const Partition partition = *step->partition;
  const auto initiate = [&](CallbackDone<RevertPiece> done) {
    services.reverter.take_owned_later(*std::move(step), [done](Result<RevertPiece> piece) { done(std::move(piece)); });
  };
  const auto piece = co_await async_from_callback<RevertPiece>(initiate);
  if (!piece) co_return failed(context, piece.error());
  co_return HttpResponse::json(encode_piece(partition, *piece));
}

}  // namespace

void add_member_routes(Router& router, ApiServices& services) {
  const auto add = [&](std::string_view path, Handler handler) {
    router.add({.method = HttpMethod::post,
                .pattern = std::string(path),
                .scope = std::string(kMemberScope),
                .handler = std::move(handler),
                .limits = {.body_bytes_max = kMemberBodyBytesMax}});
  };
  add(kMemberIdentitiesPath, [&services](RequestContext& context) { return resolve(context, services); });
  add(kMemberEventsPath, [&services](RequestContext& context) { return publish(context, services); });
  add(kMemberRevertsPath, [&services](RequestContext& context) { return take_back(context, services); });
}

}  // namespace rapport

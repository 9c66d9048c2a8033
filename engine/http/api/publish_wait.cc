#include "engine/http/api/publish_wait.h"

namespace rapport {

asio::awaitable<Result<Published>> async_publish(ApiServices& services, std::vector<IncomingEvent> events,
                                                 PublishOptions options) {
  const auto initiate = [&](CallbackDone<Published> done) {
    services.publisher.publish(std::move(events), options,
                               [done](Result<Published> published) { done(std::move(published)); });
  };
  co_return co_await async_from_callback<Published>(initiate);
}

asio::awaitable<Result<PublishResult>> async_write(RequestContext& context, ApiServices& services,
                                                   RequestedEvent wanted) {
  auto event = make_requested_event(wanted, make_event_id());
  if (!event) co_return event.error();
  std::vector<IncomingEvent> events;
  events.push_back(*std::move(event));
  PublishOptions options;
  options.actor = context.principal().key_id;
  auto published = co_await async_publish(services, std::move(events), options);
  if (!published) co_return published.error();
  PublishResult result = std::move(published->results.front());
  if (result.error && result.status != PublishStatus::durable) co_return *result.error;
  co_return result;
}

asio::awaitable<Result<std::uint64_t>> async_allocate_id(ApiServices& services, IdKind kind) {
  const auto initiate = [&](CallbackDone<std::uint64_t> done) {
    services.publisher.allocate_id(kind, [done](Result<std::uint64_t> id) { done(std::move(id)); });
  };
  co_return co_await async_from_callback<std::uint64_t>(initiate);
}

}  // namespace rapport

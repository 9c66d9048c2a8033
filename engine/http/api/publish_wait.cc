#include "engine/http/api/publish_wait.h"

#include "events/event_decoder.h"

namespace rapport {
namespace {

constexpr std::string_view kApiSource = "api";

}  // namespace

asio::awaitable<Result<Published>> async_publish(ApiServices& services, std::vector<IncomingEvent> events,
                                                 PublishOptions options) {
  const auto initiate = [&](CallbackDone<Published> done) {
    services.publisher.publish(std::move(events), options,
                               [done](Result<Published> published) { done(std::move(published)); });
  };
  co_return co_await async_from_callback<Published>(initiate);
}

Result<Event> make_requested_event(const RequestedEvent& wanted, std::string_view id) {
  const std::string version = wanted.expected_version ? std::to_string(*wanted.expected_version) : "";
  std::vector<EventHeader> headers{{"ce_specversion", "1.0"},
                                   {"ce_id", id},
                                   {"ce_source", kApiSource},
                                   {"ce_type", wanted.type},
                                   {"ce_subject", wanted.subject}};
  const std::string time = wanted.time ? format_timestamp(*wanted.time) : "";
  if (wanted.time) headers.push_back({"ce_time", time});
  if (wanted.expected_version) headers.push_back({"ce_expectedversion", version});
  return EventDecoder().decode_binary_mode(headers, "application/json", wanted.data);
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

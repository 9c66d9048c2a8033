// POST /v1/events: one event, a batch, or a stream of lines without end.
#include "engine/http/api/event_batch.h"
#include "engine/http/api/events_answer.h"
#include "engine/http/api/line_stream.h"
#include "engine/http/api/write_call.h"
#include "events/decoder_of_thread.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

constexpr std::size_t kLineWorkers = 2;  // that decode the events of streams

enum class EventsForm : std::uint8_t { one, batch, lines };

Result<EventsForm> form_of(const HttpRequest& request) {
  const std::string type = request.media_type();
  if (type == "application/cloudevents+json" || type == "application/json") return EventsForm::one;
  if (type == "application/cloudevents-batch+json") return EventsForm::batch;
  if (type == "application/x-ndjson") return EventsForm::lines;
  return Error{Errc::unsupported_media_type,
               "send application/cloudevents+json, application/cloudevents-batch+json or application/x-ndjson",
               "Content-Type"};
}

asio::awaitable<Result<std::string>> read_whole(RequestContext& context, std::size_t bytes_max) {
  std::string body;
  while (true) {
    const auto piece = co_await context.body().read();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return body;
    if (body.size() + piece->size() > bytes_max) {
      co_return Error{Errc::too_large, "the body is larger than " + std::to_string(bytes_max) + " bytes", "body"};
    }
    body.append(*piece);
  }
}

asio::awaitable<HttpResponse> publish_one(WriteCall& call, PublishOptions options) {
  const auto body = co_await read_whole(call.context(), kEventSizeMax);
  if (!body) co_return call.failed(body.error());
  if (auto kept = call.admit(*body)) co_return *std::move(kept);
  EventBatch batch;
  batch.add(decoder_of_thread().decode(*body));
  auto published = co_await call.publish(std::move(batch.events), options);
  if (!published) co_return call.failed(published.error());
  const PublishResult& result = published->results.front();
  const bool no = result.status == PublishStatus::rejected || result.status == PublishStatus::refused;
  if (no && result.error) {
    Problem problem = problem_of(*result.error);
    if (result.status == PublishStatus::refused) problem.status = 412;
    co_return problem_response(problem, call.request().request_id);
  }
  EventsAnswer answer(call);
  answer.add(batch.labels, *published, true);
  co_return co_await answer.response();
}

asio::awaitable<HttpResponse> publish_batch(WriteCall& call, PublishOptions options) {
  const auto body = co_await read_whole(call.context(), kBatchBytesMax);
  if (!body) co_return call.failed(body.error());
  if (auto kept = call.admit(*body)) co_return *std::move(kept);
  EventDecoder& decoder = decoder_of_thread();
  const auto elements = decoder.split_array(*body, kBatchEventsMax);
  if (!elements) co_return call.failed(elements.error());
  EventBatch batch;
  for (const std::string& element : *elements) batch.add(decoder.decode(element));
  EventsAnswer answer(call);
  if (batch.size() == 0) co_return co_await answer.response();
  auto published = co_await call.publish(std::move(batch.events), options);
  if (!published) co_return call.failed(published.error());
  answer.add(batch.labels, *published, true);
  co_return co_await answer.response();
}

asio::awaitable<HttpResponse> publish(WriteCall& call, WorkQueue& workers) {
  const auto form = form_of(call.request());
  if (!form) co_return call.failed(form.error());
  const PublishOptions options{.wait = call.wait(), .tell_survivors = true};
  switch (*form) {
    case EventsForm::one: co_return co_await publish_one(call, options);
    case EventsForm::batch: co_return co_await publish_batch(call, options);
    case EventsForm::lines: break;
  }
  LineStream lines(call, workers);
  co_return co_await lines.publish();
}

}  // namespace

void add_event_routes(Router& router, ApiServices& services) {
  const auto workers = std::make_shared<WorkQueue>("lines", kLineWorkers, give_way_to_answers);
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/events",
              .scope = "event:write",
              .handler = writing(services, {.may_be_durable = true},
                                 [workers](WriteCall& call) { return publish(call, *workers); }),
              .limits = {.body_bytes_max = RouteLimits::kNoLimit, .body = BodyMode::streamed},
              .consumes = ""});
}

}  // namespace rapport

// POST /v1/events: one event, a batch, or a stream of lines without end.
#include <algorithm>

#include "engine/http/api/event_batch.h"
#include "engine/http/api/publish_wait.h"
#include "engine/http/api/read_position.h"
#include "engine/http/problem.h"
#include "events/event_decoder.h"

namespace rapport {
namespace {

constexpr std::size_t kBatchBytesMax = 1u << 20;
constexpr std::size_t kBatchEventsMax = 1'000;
constexpr std::size_t kStreamResultsMax = 1'000;  // told of a stream, neither accepted nor repeated
constexpr std::size_t kLineBytesMax = kEventSizeMax + 1'024;

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

Result<PublishOptions> options_of(RequestContext& context) {
  PublishOptions options;
  options.actor = context.principal().key_id;
  const auto wait = context.request().query.find("wait");
  if (!wait || *wait == "folded") return options;
  if (*wait != "durable") return Error{Errc::invalid_argument, "is durable or folded", "wait"};
  options.wait = PublishWait::durable;
  return options;
}

// One call's answer, put together batch by batch.
class EventsAnswer {
 public:
  explicit EventsAnswer(ApiServices& services) : services_(services) {}

  // `everything`: accepted and repeated ones are told too.
  void add(const std::vector<EventLabel>& labels, const Published& published, bool everything) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const PublishResult& result = published.results[i];
      totals_.add(result.status);
      const bool plain = result.status == PublishStatus::accepted || result.status == PublishStatus::repeated ||
                         result.status == PublishStatus::durable;
      const std::uint64_t index = next_index_++;
      if (!everything && (plain || told_ >= kStreamResultsMax)) continue;
      ++told_;
      if (!results_.empty()) results_ += ',';
      JsonWriter json(results_);
      write_result(json, services_, index, labels[i], result);
    }
    advance(positions_, published.positions);
  }

  HttpResponse response() const {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.key("position").string(position_text(services_, positions_));
    json.key("totals");
    write_totals(json, totals_);
    json.key("results").raw("[" + results_ + "]");
    json.end_object();
    HttpResponse response = HttpResponse::json(std::move(body));
    set_position(response, services_, positions_);
    return response;
  }

 private:
  ApiServices& services_;
  PublishTotals totals_;
  Positions positions_;
  std::string results_;
  std::uint64_t next_index_ = 0;
  std::size_t told_ = 0;
};

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

HttpResponse failed(RequestContext& context, const Error& error) {
  return problem_response(error, context.request().request_id);
}

asio::awaitable<HttpResponse> publish_one(RequestContext& context, ApiServices& services, PublishOptions options) {
  const auto body = co_await read_whole(context, kEventSizeMax);
  if (!body) co_return failed(context, body.error());
  EventBatch batch;
  batch.add(EventDecoder().decode(*body));
  auto published = co_await async_publish(services, std::move(batch.events), options);
  if (!published) co_return failed(context, published.error());
  const PublishResult& result = published->results.front();
  const bool no = result.status == PublishStatus::rejected || result.status == PublishStatus::refused;
  if (no && result.error) {
    Problem problem = problem_of(*result.error);
    if (result.status == PublishStatus::refused) problem.status = 412;
    HttpResponse response = problem_response(problem, context.request().request_id);
    if (!published->positions.empty()) set_position(response, services, published->positions);
    co_return response;
  }
  EventsAnswer answer(services);
  answer.add(batch.labels, *published, true);
  co_return answer.response();
}

asio::awaitable<HttpResponse> publish_batch(RequestContext& context, ApiServices& services, PublishOptions options) {
  const auto body = co_await read_whole(context, kBatchBytesMax);
  if (!body) co_return failed(context, body.error());
  EventDecoder decoder;
  const auto elements = decoder.split_array(*body, kBatchEventsMax);
  if (!elements) co_return failed(context, elements.error());
  EventBatch batch;
  for (const std::string& element : *elements) batch.add(decoder.decode(element));
  EventsAnswer answer(services);
  if (batch.size() == 0) co_return answer.response();
  auto published = co_await async_publish(services, std::move(batch.events), options);
  if (!published) co_return failed(context, published.error());
  answer.add(batch.labels, *published, true);
  co_return answer.response();
}

// Cuts what comes into lines, and lines into batches.
class LineBatches {
 public:
  // Takes a piece of the body; full batches are then ready.
  void feed(std::string_view piece) {
    rest_.append(piece);
    std::size_t begin = 0;
    for (std::size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      line(std::string_view(rest_).substr(begin, end - begin));
    }
    rest_.erase(0, begin);
    if (rest_.size() > kLineBytesMax) {
      too_long_ = true;
      rest_.clear();
    }
  }
  void finish() {
    if (!rest_.empty() || too_long_) line(rest_);
    rest_.clear();
  }
  bool full() const { return batch_.size() >= kBatchEventsMax || bytes_ >= kBatchBytesMax; }
  bool empty() const { return batch_.size() == 0; }
  EventBatch take() {
    bytes_ = 0;
    return std::exchange(batch_, {});
  }

 private:
  void line(std::string_view text) {
    ++number_;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (std::exchange(too_long_, false)) {
      batch_.add(at_line({Errc::too_large, "is longer than " + std::to_string(kLineBytesMax) + " bytes"}));
      return;
    }
    if (text.empty()) return;
    bytes_ += text.size();
    auto event = decoder_.decode(text);
    batch_.add(event ? std::move(event) : Result<Event>(at_line(event.error())));
  }
  Error at_line(Error error) const {
    error.field = "line " + std::to_string(number_) + (error.field.empty() ? "" : ": " + error.field);
    return error;
  }

  EventDecoder decoder_;
  std::string rest_;
  EventBatch batch_;
  std::size_t bytes_ = 0;
  std::uint64_t number_ = 0;
  bool too_long_ = false;
};

asio::awaitable<HttpResponse> publish_lines(RequestContext& context, ApiServices& services, PublishOptions options) {
  EventsAnswer answer(services);
  LineBatches lines;
  bool ended = false;
  while (!ended) {
    const auto piece = co_await context.body().read();
    if (!piece) co_return failed(context, piece.error());
    ended = piece->empty();
    ended ? lines.finish() : lines.feed(*piece);
    while (!lines.empty() && (lines.full() || ended)) {
      EventBatch batch = lines.take();
      auto published = co_await async_publish(services, std::move(batch.events), options);
      if (!published) co_return failed(context, published.error());
      answer.add(batch.labels, *published, false);
    }
  }
  co_return answer.response();
}

}  // namespace

void add_event_routes(Router& router, ApiServices& services) {
  Handler publish = [&services](RequestContext& context) -> asio::awaitable<HttpResponse> {
    const auto form = form_of(context.request());
    if (!form) co_return failed(context, form.error());
    const auto options = options_of(context);
    if (!options) co_return failed(context, options.error());
    switch (*form) {
      case EventsForm::one: co_return co_await publish_one(context, services, *options);
      case EventsForm::batch: co_return co_await publish_batch(context, services, *options);
      case EventsForm::lines: break;
    }
    co_return co_await publish_lines(context, services, *options);
  };
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/events",
              .scope = "event:write",
              .handler = publish,
              .limits = {.body_bytes_max = RouteLimits::kNoLimit, .body = BodyMode::streamed},
              .consumes = ""});
}

}  // namespace rapport

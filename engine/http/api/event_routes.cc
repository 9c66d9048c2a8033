// POST /v1/events: one event, a batch, or a stream of lines without end.
#include <algorithm>
#include <set>

#include "engine/http/api/event_batch.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/write_call.h"
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

// One call's answer, put together batch by batch.
class EventsAnswer {
 public:
  explicit EventsAnswer(WriteCall& call) : call_(call), services_(call.services()) {}

  // `everything`: accepted and repeated ones are told too.
  void add(const std::vector<EventLabel>& labels, const Published& published, bool everything) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const PublishResult& result = published.results[i];
      if (result.contact && call_.is_dry()) contacts_.insert(*result.contact);
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

  // A dry run's has the contacts as they would stand. Errors: storage_failed, corrupt.
  HttpResponse response() const {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.key("position").string(position_text(services_, positions_));
    json.key("totals");
    write_totals(json, totals_);
    json.key("results").raw("[" + results_ + "]");
    if (call_.is_dry()) {
      json.key("contacts").begin_array();
      const auto view = call_.view();
      const Sight sight(call_.context().principal(), view->control());
      for (const ContactId id : contacts_) {
        const auto contact = read_merged(contacts_of(*view), id);
        if (!contact) return call_.failed(contact.error());
        if (*contact) write_contact(json, **contact, sight);
      }
      json.end_array();
    }
    json.end_object();
    HttpResponse response = HttpResponse::json(std::move(body));
    set_position(response, services_, positions_);
    return response;
  }

 private:
  const WriteCall& call_;
  const ApiServices& services_;
  std::set<ContactId> contacts_;
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

asio::awaitable<HttpResponse> publish_one(WriteCall& call, PublishOptions options) {
  const auto body = co_await read_whole(call.context(), kEventSizeMax);
  if (!body) co_return call.failed(body.error());
  if (auto kept = call.admit(*body)) co_return *std::move(kept);
  EventBatch batch;
  batch.add(EventDecoder().decode(*body));
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
  co_return answer.response();
}

asio::awaitable<HttpResponse> publish_batch(WriteCall& call, PublishOptions options) {
  const auto body = co_await read_whole(call.context(), kBatchBytesMax);
  if (!body) co_return call.failed(body.error());
  if (auto kept = call.admit(*body)) co_return *std::move(kept);
  EventDecoder decoder;
  const auto elements = decoder.split_array(*body, kBatchEventsMax);
  if (!elements) co_return call.failed(elements.error());
  EventBatch batch;
  for (const std::string& element : *elements) batch.add(decoder.decode(element));
  EventsAnswer answer(call);
  if (batch.size() == 0) co_return answer.response();
  auto published = co_await call.publish(std::move(batch.events), options);
  if (!published) co_return call.failed(published.error());
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

asio::awaitable<HttpResponse> publish_lines(WriteCall& call, PublishOptions options) {
  const auto unlike_a_stream = [&](const char* field) {
    return call.failed({Errc::invalid_argument, "lines without end have none: send a batch, or an event", field});
  };
  if (call.is_dry()) co_return unlike_a_stream("dry_run");
  if (call.request().headers.find("Idempotency-Key")) co_return unlike_a_stream("Idempotency-Key");
  EventsAnswer answer(call);
  LineBatches lines;
  bool ended = false;
  while (!ended) {
    const auto piece = co_await call.context().body().read();
    if (!piece) co_return call.failed(piece.error());
    ended = piece->empty();
    ended ? lines.finish() : lines.feed(*piece);
    while (!lines.empty() && (lines.full() || ended)) {
      EventBatch batch = lines.take();
      auto published = co_await call.publish(std::move(batch.events), options);
      if (!published) co_return call.failed(published.error());
      answer.add(batch.labels, *published, false);
    }
  }
  co_return answer.response();
}

asio::awaitable<HttpResponse> publish(WriteCall& call) {
  const auto form = form_of(call.request());
  if (!form) co_return call.failed(form.error());
  const PublishOptions options{.wait = call.wait()};
  switch (*form) {
    case EventsForm::one: co_return co_await publish_one(call, options);
    case EventsForm::batch: co_return co_await publish_batch(call, options);
    case EventsForm::lines: break;
  }
  co_return co_await publish_lines(call, options);
}

}  // namespace

void add_event_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/events",
              .scope = "event:write",
              .handler = writing(services, {.may_be_durable = true}, [](WriteCall& call) { return publish(call); }),
              .limits = {.body_bytes_max = RouteLimits::kNoLimit, .body = BodyMode::streamed},
              .consumes = ""});
}

}  // namespace rapport

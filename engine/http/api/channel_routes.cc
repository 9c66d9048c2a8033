// /channel.js and /v1/channel: a web page of another origin publishes what its visitor does (docs/channel.md).
//
// Invariants:
// - Nothing is done before it is known whose key the message has, and that the key lists the request's Origin. A key
//   that may do anything else is refused: it is in the wrong place.
// - No answer tells anything of a contact, neither by what it says nor by the time it takes: not its id, not whether a
//   name was free.
// - An answer is for the one origin that the key lists; a refusal says why and nothing else, and any page may read it,
//   or a script could not tell it from a network that is down. Cookies are neither asked for nor read.
#include "engine/http/api/api_services.h"
#include "engine/http/api/channel_script.h"
#include "engine/http/api/event_batch.h"
#include "engine/http/api/page_event.h"
#include "engine/http/api/page_message.h"
#include "engine/http/async_callback.h"
#include "engine/http/problem.h"
#include "engine/publish/holder_lookup.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

constexpr std::string_view kMethods = "POST, OPTIONS";
constexpr std::string_view kPreflightAgeSeconds = "600";

std::string origin_of(const HttpRequest& request) {
  return std::string(request.headers.find("Origin").value_or(std::string_view()));
}

void allow_origin(HttpResponse& response, std::string_view origin) {
  response.headers.add("Access-Control-Allow-Origin", origin);
  response.headers.add("Vary", "Origin");
}

HttpResponse refused(const HttpRequest& request, const Error& error) {
  HttpResponse response = problem_response(error, request.request_id);
  response.headers.add("Access-Control-Allow-Origin", "*");
  return response;
}

HttpResponse refusal(const RequestContext& context, const Error& error) { return refused(context.request(), error); }

Result<void> check_media_type(const HttpRequest& request) {
  const std::string type = request.media_type();
  if (type.empty() || type == "text/plain" || type == "application/json") return {};
  return Error{Errc::unsupported_media_type, "send text/plain or application/json", "Content-Type"};
}

// A message's events as they go to the publisher, the bad ones in their places.
struct PageBatch {
  std::vector<IncomingEvent> events;
  std::vector<std::optional<Identity>> claimed;  // of each
  std::string rejected;                          // what was wrong with which, as the elements of a JSON array
};

PageBatch read_events(const PageMessage& message, const PageKey& key) {
  PageBatch batch;
  EventDecoder decoder;
  for (const boost::json::value& said : message.events) {
    auto read = read_page_event(decoder, key, message.visitor, said);
    if (read) {
      batch.events.emplace_back(std::move(read->event));
      batch.claimed.push_back(std::move(read->claimed));
      continue;
    }
    if (!batch.rejected.empty()) batch.rejected += ',';
    JsonWriter json(batch.rejected);
    json.begin_object().key("index").number(std::uint64_t{batch.events.size()});
    json.key("code").string(errc_name(read.error().code)).key("detail").string(read.error().detail);
    json.key("field").string(read.error().field).end_object();
    batch.events.emplace_back(read.error());
    batch.claimed.emplace_back();
  }
  return batch;
}

// The claims of the names that visitors said, each for the visitor's contact. A name of a deleted contact is let go
// first. Whether another holds a name is the fold's to decide, which refuses the claim then: claims are written
// without a look at that. Errors: storage_failed, corrupt.
Result<std::vector<Event>> claims_of(const EventLog& log, const View& view,
                                     const std::vector<std::optional<Identity>>& claimed,
                                     const std::vector<PublishResult>& results) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    if (!claimed[i] || !results[i].contact) continue;
    const Identity& name = *claimed[i];
    const auto holders = look_up_holders(log, view, {name});
    if (!holders) return holders.error();
    if (const auto holder = holders->find(name); holder != holders->end() && holder->second.gone) {
      events.push_back(own_event(EventType::identity_released, name, IdentityReleased{name, holder->second.contact}));
    }
    events.push_back(own_event(EventType::identity_claimed, name, IdentityClaimed{name, *results[i].contact}));
  }
  return events;
}

HttpResponse told(const Published& published, const std::string& rejected, const std::string& origin) {
  PublishTotals totals;
  for (const PublishResult& result : published.results) totals.add(result.status);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("totals");
  write_totals(json, totals);
  json.key("rejected").raw("[" + rejected + "]").end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  allow_origin(response, origin);
  return response;
}

asio::awaitable<HttpResponse> publish_page(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  if (const auto typed = check_media_type(request); !typed) co_return refused(request, typed.error());
  const auto message = parse_page_message(request.body);
  if (!message) co_return refused(request, message.error());
  const std::string origin = origin_of(request);
  const auto key = services.keys.authorize_page(message->key, origin, request.peer);
  if (!key) co_return refused(request, key.error());

  PageBatch batch = read_events(*message, *key);
  const PublishOptions options{.wait = PublishWait::durable, .actor = key->id};
  const auto published = co_await async_from_callback<Published>(
      [&](auto done) { services.publisher.publish(std::move(batch.events), options, done); });
  if (!published) co_return refused(request, published.error());

  auto claims = claims_of(services.log, *services.folder.view(), batch.claimed, published->results);
  if (!claims) co_return refused(request, claims.error());
  if (!claims->empty()) {
    const auto claimed = co_await async_from_callback<Published>(
        [&](auto done) { services.publisher.append_own(*std::move(claims), options, done); });
    if (!claimed) co_return refused(request, claimed.error());
  }
  co_return told(*published, batch.rejected, origin);
}

// A browser asks before it sends application/json, and does not say under which key.
HttpResponse preflight(RequestContext& context, const ApiServices& services) {
  const std::string origin = origin_of(context.request());
  HttpResponse response = HttpResponse::empty();
  response.headers.add("Allow", kMethods);
  if (!services.keys.is_listed(origin)) return response;
  allow_origin(response, origin);
  response.headers.add("Access-Control-Allow-Methods", "POST");
  response.headers.add("Access-Control-Allow-Headers", "Content-Type");
  response.headers.add("Access-Control-Max-Age", kPreflightAgeSeconds);
  return response;
}

// The same bytes for every page, which may pin their hash.
HttpResponse script(RequestContext& context) {
  HttpResponse response = carried_file_response(context.request(), kChannelScript);
  response.headers.add("Cache-Control", "public, max-age=3600");
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Cross-Origin-Resource-Policy", "cross-origin");
  return response;
}

}  // namespace

void add_channel_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/channel.js",
              .handler = handler_of([](RequestContext& context) { return script(context); }),
              .produces = "text/javascript",
              .open = true});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/channel",
              .handler = [&services](RequestContext& context) { return publish_page(context, services); },
              .limits = {.body_bytes_max = kPageMessageBytesMax},
              .consumes = "",
              .open = true,
              .refuse = refusal});
  router.add({.method = HttpMethod::options,
              .pattern = "/v1/channel",
              .handler = handler_of([&services](RequestContext& context) { return preflight(context, services); }),
              .open = true,
              .refuse = refusal});
}

}  // namespace rapport

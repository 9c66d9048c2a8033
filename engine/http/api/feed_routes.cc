// GET /v1/feed: the live feed as Server-Sent Events.
//
//   id: 1f2e3d4c.0-1042,1-9          resumes behind this event, as Last-Event-ID or from=
//   data: {"position":...}           a timeline's item
//
// While nothing passes the filter, an id alone comes each heartbeat: who comes back with it does not read again what
// was filtered out. An error after the first byte comes as the event "problem", and ends the stream.
#include "engine/feed/feed.h"
#include "engine/http/api/api_services.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/family_view.h"
#include "engine/http/api/feed_answer.h"
#include "engine/http/api/group_feed.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/sight.h"
#include "engine/http/async_callback.h"
#include "engine/http/problem.h"
#include "projections/contact_reader.h"
#include "projections/merge_reader.h"
#include "projections/where.h"

namespace rapport {
namespace {

constexpr std::size_t kFilterValuesMax = 100;  // of type, contact and changed, each
constexpr std::size_t kHeartbeatSecondsDefault = 15, kHeartbeatSecondsMax = 60;

struct FeedRequest {
  FeedFilter filter;
  Where where;
  Positions after;
  std::chrono::seconds heartbeat{kHeartbeatSecondsDefault};
  std::optional<Positions> until;  // set: the stream ends behind it
};

Result<std::vector<std::string>> values_of(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> out = list_of(request, name);
  if (out.size() > kFilterValuesMax) return bad_value(name, "names more than " + std::to_string(kFilterValuesMax));
  return out;
}

Result<FeedFilter> filter_of(const HttpRequest& request) {
  FeedFilter filter;
  const auto types = values_of(request, "type");
  if (!types) return types.error();
  filter.types.insert(types->begin(), types->end());
  const auto contacts = values_of(request, "contact");
  if (!contacts) return contacts.error();
  for (const std::string& text : *contacts) {
    const auto id = parse_id(text);
    if (!id) return bad_value("contact", id.error().detail);
    filter.contacts.insert(ContactId{*id});
  }
  auto changed = values_of(request, "changed");
  if (!changed) return changed.error();
  filter.changed = *std::move(changed);
  return filter;
}

Result<Where> where_of(const HttpRequest& request, const ControlState& control, const Sight& sight) {
  auto where = Where::parse(list_values(request, "where"), control);
  if (!where) return where;
  for (const WhereClause& clause : where->clauses()) RAPPORT_TRY(sight.check_column(clause.column, "where"));
  return where;
}

Result<std::chrono::seconds> heartbeat_of(const HttpRequest& request) {
  const auto text = request.query.find("heartbeat");
  if (!text) return std::chrono::seconds(kHeartbeatSecondsDefault);
  const auto seconds = parse_id(*text);
  if (!seconds || *seconds > kHeartbeatSecondsMax) {
    return bad_value("heartbeat", "is a number of seconds from 1 to " + std::to_string(kHeartbeatSecondsMax));
  }
  return std::chrono::seconds(*seconds);
}

// Where the feed begins, once that is folded: Last-Event-ID, `from` (a position, or "start"), or else now.
asio::awaitable<Result<Positions>> start_of(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  const auto last = request.headers.find("Last-Event-ID");
  const bool resumes = last && !last->empty();
  const auto from = resumes ? last : request.query.find("from");
  const auto newest = co_await view_for(context, services);
  if (!newest) co_return newest.error();
  if (from && *from == "start" && !resumes) co_return Positions();
  if (!from) co_return (*newest)->positions();
  const auto passed = co_await view_past(context, services, *from, resumes ? "Last-Event-ID" : "from");
  if (!passed) co_return passed.error();
  co_return parse_position(*from)->offsets;
}

// The positions of all that the feed is of; of a member of a group, what it is asked for.
Result<Positions> positions_followed(const ApiServices& services, const HttpRequest& request,
                                     const Positions& positions) {
  if (services.group == nullptr) return stream_positions(services.log, positions);
  const auto asked = partitions_asked(request);
  if (!asked) return asked.error();
  RAPPORT_TRY(check_answerable(services, *services.folder.view(), *asked));
  Positions out;
  for (const Partition partition : *asked) out.emplace(partition, offset_in(positions, partition));
  return out;
}

asio::awaitable<Result<FeedRequest>> feed_request_of(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  FeedRequest out;
  auto filter = filter_of(request);
  if (!filter) co_return filter.error();
  out.filter = *std::move(filter);
  const auto heartbeat = heartbeat_of(request);
  if (!heartbeat) co_return heartbeat.error();
  out.heartbeat = *heartbeat;
  const auto start = co_await start_of(context, services);
  if (!start) co_return start.error();
  auto after = positions_followed(services, request, *start);
  if (!after) co_return after.error();
  out.after = *std::move(after);
  const auto view = services.folder.view();
  auto where = where_of(request, view->control(), Sight(context.principal(), view->control()));
  if (!where) co_return where.error();
  out.where = *std::move(where);
  const auto live = flag_of(request, "live", true);
  if (!live) co_return live.error();
  if (!*live) {
    auto until = positions_followed(services, request, view->positions());
    if (!until) co_return until.error();
    out.until = *std::move(until);
  }
  co_return out;
}

// One answer: what it writes, and from what.
class FeedStream {
 public:
  FeedStream(RequestContext& context, ApiServices& services, FeedRequest request,
             std::shared_ptr<FeedSubscription> subscription)
      : context_(context), services_(services), request_(std::move(request)), subscription_(std::move(subscription)) {}

  asio::awaitable<Result<void>> run(BodyWriter& writer) {
    std::string text(kFeedRetry);
    append_position(text, request_.after);
    while (true) {
      const auto sent = co_await writer.write(text);
      if (!sent) co_return sent.error();
      text.clear();
      const auto due = std::chrono::steady_clock::now() + request_.heartbeat;
      while (text.empty()) {
        const auto more = co_await next(text);
        if (!more) {
          append_feed_problem(text, more.error(), context_.request().request_id);
          (void)co_await writer.write(text);
          co_return Result<void>();
        }
        if (*more == More::end) {
          const auto last = co_await writer.write(text);
          co_return last;
        }
        if (*more == More::nothing_yet) {
          const auto woken = co_await wait(due);
          if (!woken && woken.error().code != Errc::wait_timeout) co_return woken.error();
        }
        // Also where much comes and nothing of it passes.
        if (text.empty() && std::chrono::steady_clock::now() >= due) append_position(text, positions_);
      }
    }
  }

 private:
  enum class More : std::uint8_t { items, nothing_yet, end };

  // Takes what is there and writes what passes.
  asio::awaitable<Result<More>> next(std::string& text) {
    if (!services_.keys.is_good(context_.principal())) {
      co_return Error{Errc::unauthorized, kFeedNoLongerAllowed};
    }
    const auto batch = services_.feed.take(*subscription_);
    if (!batch) co_return batch.error();
    positions_ = batch->positions;
    if (!batch->items.empty()) {
      const auto appended = co_await append_items(text, *batch);
      if (!appended) co_return appended.error();
    }
    if (request_.until && covers(positions_, *request_.until)) {
      if (text.empty()) append_position(text, positions_);
      co_return More::end;
    }
    co_return batch->items.empty() ? More::nothing_yet : More::items;
  }

  // The last of a batch bears the position behind all of it; those before, what came up to them.
  asio::awaitable<Result<void>> append_items(std::string& text, const FeedBatch& batch) {
    const auto view = newest_view(services_);
    const Sight sight(context_.principal(), view->control());
    Positions behind = before_batch_.empty() ? request_.after : before_batch_;
    for (const auto& item : batch.items) {
      advance(behind, item->position);
      const auto wanted = co_await is_wanted(view, *item);
      if (!wanted) co_return wanted.error();
      if (!*wanted) continue;
      text.append("id: ").append(position_text(services_, item == batch.items.back() ? batch.positions : behind));
      text.append("\ndata: ");
      JsonWriter json(text);
      write_timeline_entry(json, item->contact, services_.log.id(), item->position.partition, item->entry, sight);
      text.append("\n\n");
    }
    before_batch_ = batch.positions;
    co_return Result<void>();
  }

  // As a list judges: the whole that the contact is in, as it stands now. Of more contacts than are read as one each is
  // judged by itself: nobody gets beyond an error here, whatever comes behind it.
  asio::awaitable<Result<bool>> is_wanted(std::shared_ptr<const View> view, const FeedItem& item) const {
    if (request_.where.empty()) co_return true;
    const auto family = co_await family_view(context_, services_, view, family_of(item.contact));
    auto contact = family ? read_merged(contacts_of(*family->view), item.contact) : family.error();
    if (!contact && contact.error().code == Errc::too_large) co_return is_wanted_alone(*view, item.contact);
    if (!contact) co_return contact.error();
    co_return *contact && (*contact)->state.is_live() && request_.where.matches((*contact)->root, (*contact)->state);
  }

  Result<bool> is_wanted_alone(const View& view, ContactId contact) const {
    const auto state = read_contact(view, contact);
    if (!state) return state.error();
    return *state && (*state)->is_live() && request_.where.matches(contact, **state);
  }

  asio::awaitable<Result<void>> wait(std::chrono::steady_clock::time_point deadline) {
    const auto initiate = [this](CallbackDone<void> done) {
      services_.feed.when_ready(subscription_, [done] { done({}); });
    };
    co_return co_await async_from_callback_until<void>(deadline, initiate);
  }

  void append_position(std::string& text, const Positions& positions) const {
    text.append("id: ").append(position_text(services_, positions)).append("\n\n");
  }

  RequestContext& context_;
  ApiServices& services_;
  const FeedRequest request_;
  const std::shared_ptr<FeedSubscription> subscription_;
  Positions positions_, before_batch_;
};

asio::awaitable<HttpResponse> get_feed(RequestContext& context, ApiServices& services) {
  if (services.group != nullptr && !is_of_member(context.request())) {
    const auto live = flag_of(context.request(), "live", true);
    if (!live) co_return problem_response(live.error(), context.request().request_id);
    co_return co_await group_feed(context, services, *live);
  }
  auto request = co_await feed_request_of(context, services);
  if (!request) co_return problem_response(request.error(), context.request().request_id);
  auto subscription = services.feed.subscribe(request->filter, request->after, request->until);
  if (!subscription) co_return problem_response(subscription.error(), context.request().request_id);
  HttpResponse response = feed_answer(services, request->after, !request->until);
  const auto stream = std::make_shared<FeedStream>(context, services, *std::move(request), *std::move(subscription));
  response.stream = [stream](BodyWriter& writer) { return stream->run(writer); };
  co_return response;
}

}  // namespace

void add_feed_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/feed",
              .scope = "timeline:read",
              .handler = [&services](RequestContext& context) { return get_feed(context, services); },
              .produces = "text/event-stream"});
}

}  // namespace rapport

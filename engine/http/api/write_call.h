// One request that writes: in earnest or as a dry run, once per Idempotency-Key, under If-Match. What every writing
// handler is given, so that all of them do it alike.
//
//   router.add({..., .handler = writing(services, {.versioned = true}, [](WriteCall& call) { return change(call); })});
//
// Invariants:
// - With ?dry_run=1 the handler runs as ever, on a DryRun's view; what it answers is told together with the events that
//   would be in the log, and nothing is written.
// - Under a key, events and fresh ids get names made of it, so that a retry repeats them: also after a restart, and on
//   another engine of the log.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/http/api/api_problem.h"
#include "engine/http/api/api_services.h"
#include "engine/http/api/as_of.h"
#include "engine/http/api/family_view.h"
#include "engine/http/api/idempotency_key.h"
#include "engine/http/api/requested_event.h"
#include "engine/publish/dry_run.h"

namespace rapport {

enum class DryRunRule : std::uint8_t {
  shown,    // the handler runs on a DryRun's view; the events that would be in the log are told
  refused,  // it appends no event that could be shown
  own,      // the handler looks at the parameter itself
};

// What a route's writes are like.
struct WriteRules {
  HttpResponse (*failed)(const RequestContext&, const Error&) = rapport::failed;  // of the API that the route is of
  bool versioned = false;       // If-Match means something: else it is refused
  bool may_be_durable = false;  // ?wait=durable: answered before the fold
  DryRunRule dry_run = DryRunRule::shown;
};

class WriteCall {
 public:
  // Errors: invalid_argument: a header or parameter that the rules do not have, or malformed.
  [[nodiscard]] static Result<std::unique_ptr<WriteCall>> begin(RequestContext& context, ApiServices& services,
                                                                const WriteRules& rules);
  ~WriteCall();
  WriteCall(const WriteCall&) = delete;
  WriteCall& operator=(const WriteCall&) = delete;

  RequestContext& context() const { return context_; }
  const HttpRequest& request() const { return context_.request(); }
  ApiServices& services() const { return services_; }
  HttpResponse failed(const Error& error) const { return rules_.failed(context_, error); }
  bool is_dry() const { return is_dry_; }
  std::optional<std::uint64_t> if_match() const { return if_match_; }
  PublishWait wait() const { return wait_; }

  // Looks at the request's key, of a request with this body: an answer is to be given as it is, instead of the
  // handler's. Called by writing(); of a streamed body by its handler, once it is there.
  std::optional<HttpResponse> admit(std::string_view body);

  // An event of the request, under If-Match. Errors: make_requested_event's.
  [[nodiscard]] Result<Event> make(const RequestedEvent& wanted);
  // Whether the request's key has written to the stream before, the event made last or, where none was made yet, the
  // first: then checks that the first request passed say nothing.
  // Errors: storage_failed, corrupt.
  [[nodiscard]] Result<bool> is_repeat(const Subject& subject) const;

  // Publishes an event that make() made. Of a repeat under a key, the first one's result.
  // Errors: Publisher's; what it was rejected or refused for; idempotency_key_reused.
  asio::awaitable<Result<PublishResult>> write(Event event);
  // Events of one stream that make() made, in order, all or none of them rejected at entry. Errors: as write's.
  asio::awaitable<Result<void>> write_all(std::vector<Event> events);
  // Appends a record of the control stream. Errors: as write's; duplicate_record (its name was taken meanwhile).
  asio::awaitable<Result<PublishResult>> declare(Event event);
  // Publisher's own calls, in earnest or dry.
  asio::awaitable<Result<Published>> publish(std::vector<IncomingEvent> events, PublishOptions options);
  asio::awaitable<Result<Published>> append_own(std::vector<Event> events);
  asio::awaitable<Result<std::uint64_t>> fresh_id(IdKind kind);
  // Of a handler that publishes by itself: what its answer's position covers.
  void wrote(const Positions& positions) { advance(written_, positions); }
  // Of a dry run, a part of which another instance has tried: takes over the events that it answers, and gives what it
  // would answer in earnest, which has no member "answer". Errors: invalid_argument: it is no answer of a dry run.
  [[nodiscard]] Result<std::string> would_write(std::string_view dry_answer);

  // The newest state, what the call wrote included; of a member of a group, of what it owns and what was made here.
  std::shared_ptr<const View> view() const;
  // The same with the merges that the contact, and the other, are in, of which other instances of a group may fold a
  // part; before anything is written nothing of it may be behind. Errors: family_view's.
  asio::awaitable<Result<FamilyView>> family(ContactId contact, std::optional<ContactId> other = std::nullopt) const;
  // Set where the call repeats an earlier one: right after that, the answer was true.
  const std::optional<AsOf>& as_of() const { return as_of_; }

  // The answer as it goes out: with its position, as a dry run where it is one; kept for retries.
  HttpResponse finish(HttpResponse response);

 private:
  WriteCall(RequestContext& context, ApiServices& services, const WriteRules& rules)
      : context_(context), services_(services), rules_(rules) {}

  std::string next_event_id();
  void stamp(Event& event) const;  // with what tells a retry from another request
  asio::awaitable<Result<std::uint64_t>> claimed_id(IdKind kind);
  asio::awaitable<Result<std::uint64_t>> allocated_id(IdKind kind);
  asio::awaitable<Result<Published>> try_events(std::vector<IncomingEvent> events, PublishOptions options);
  Result<std::optional<PublishResult>> earlier(const Event& event);
  Result<std::optional<PublishResult>> earlier_in_merge(Event event);
  HttpResponse dry_answer(const HttpResponse& response) const;

  RequestContext& context_;
  ApiServices& services_;
  const WriteRules rules_;
  bool is_dry_ = false;
  std::unique_ptr<DryRun> dry_;  // where it is dry and its rule is `shown`
  // By other instances of a group: events, of each part with commas between, and contacts as they would stand.
  std::vector<std::string> tried_elsewhere_;
  Lent would_stand_;
  std::optional<IdempotencyKey> key_;
  bool admitted_ = false;  // the key is ours to finish or forget
  std::optional<std::uint64_t> if_match_;
  PublishWait wait_ = PublishWait::folded;
  std::size_t events_made_ = 0;
  Positions written_;
  Positions claimed_;  // what of that only says which id the key is for
  std::optional<AsOf> as_of_;
};

using WriteHandler = std::function<asio::awaitable<HttpResponse>(WriteCall&)>;
Handler writing(ApiServices& services, WriteRules rules, WriteHandler handler);
// Of work that goes on behind the answer: what is asked of it is no event, but asked once per key.
Handler asking(ApiServices& services, DryRunRule dry_run, HttpResponse (*ask)(RequestContext&, ApiServices&));

}  // namespace rapport

#include "engine/http/api/group_feed.h"

#include "engine/group/member_events.h"
#include "engine/group/member_streams.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/feed_answer.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/http/async_callback.h"

namespace rapport {
namespace {

class GroupFeed {
 public:
  GroupFeed(ApiServices& services, const RequestContext& context, std::unique_ptr<MemberStreams> streams,
            std::vector<std::set<Partition>> partitions)
      : services_(services),
        principal_(context.principal()),
        request_id_(context.request().request_id),
        streams_(std::move(streams)),
        partitions_(std::move(partitions)) {}

  // Until every member has said where it begins. Errors: what one of them says instead.
  asio::awaitable<Result<void>> begin() {
    std::set<std::size_t> begun;
    while (begun.size() < partitions_.size()) {
      auto events = co_await wait_and_take();
      if (!events) co_return events.error();
      for (StreamedEvent& event : *events) {
        if (!begun.insert(event.member).second) {
          early_.push_back(std::move(event));
          continue;
        }
        const auto advanced = advance_by(event);
        if (!advanced) co_return advanced.error();
      }
      if (streams_->ended() && begun.size() < partitions_.size()) {
        co_return Error{Errc::unreachable, "the feed of a member has ended before it began"};
      }
    }
    start_ = positions_;
    co_return Result<void>();
  }

  const Positions& start() const { return start_; }

  asio::awaitable<Result<void>> run(BodyWriter& writer) {
    std::string text(kFeedRetry);
    text += "id: " + position_text(services_, start_) + "\n\n";
    auto appended = append(text, std::exchange(early_, {}));
    while (true) {
      // Broken off, and not told as a problem, where whoever comes back is answered by others.
      if (!appended && errc_retriable(appended.error().code)) co_return appended.error();
      if (!appended) append_feed_problem(text, appended.error(), request_id_);
      const auto sent = co_await writer.write(text);
      if (!sent) co_return sent.error();
      if (!appended || streams_->ended()) co_return Result<void>();
      text.clear();
      auto events = co_await wait_and_take();
      appended = events ? append(text, *std::move(events)) : Result<void>(events.error());
      // Members look at the key; of a session only we know.
      if (appended && !services_.keys.is_good(principal_)) {
        text.clear();
        appended = Error{Errc::unauthorized, kFeedNoLongerAllowed};
      }
    }
  }

 private:
  asio::awaitable<Result<std::vector<StreamedEvent>>> wait_and_take() {
    const auto woken = co_await async_from_callback<void>(
        [this](CallbackDone<void> done) { streams_->when_ready([done] { done({}); }); });
    if (!woken) co_return woken.error();
    co_return streams_->take();
  }

  Result<void> advance_by(const StreamedEvent& event) {
    if (event.id.empty()) return {};
    const auto token = parse_position(event.id);
    if (!token) return Error{Errc::internal, "a member's feed has an id that is no position"};
    for (const Partition partition : partitions_[event.member]) {
      advance(positions_, {partition, offset_in(token->offsets, partition)});
    }
    return {};
  }

  // Errors: what a member says that ends the feed.
  Result<void> append(std::string& text, std::vector<StreamedEvent> events) {
    for (const StreamedEvent& event : events) {
      if (event.type == kFeedProblem) return decode_problem(event.data);
      RAPPORT_TRY(advance_by(event));
      text.append("id: ").append(position_text(services_, positions_)).append("\n");
      if (!event.data.empty()) text.append("data: ").append(event.data).append("\n");
      text.append("\n");
    }
    return {};
  }

  ApiServices& services_;
  const Principal principal_;
  const std::string request_id_;
  const std::unique_ptr<MemberStreams> streams_;
  const std::vector<std::set<Partition>> partitions_;  // by member
  Positions start_, positions_;
  std::vector<StreamedEvent> early_;  // came while others had yet to begin
};

}  // namespace

asio::awaitable<HttpResponse> group_feed(RequestContext& context, ApiServices& services, bool endless) {
  const auto owners = partitions_by_owner(services);
  if (!owners) co_return failed(context, owners.error());
  std::vector<MemberStreams::Asked> asked;
  std::vector<std::set<Partition>> partitions;
  for (const auto& [address, of_owner] : *owners) {
    HttpClientRequest request = member_request(context);
    request.headers.set(kPartitionsHeader, partitions_text(of_owner));
    asked.push_back({address, std::move(request)});
    partitions.push_back(of_owner);
  }
  auto streams = MemberStreams::open(services.group->calls().options(), std::move(asked), endless);
  if (!streams) co_return failed(context, streams.error());
  const auto feed = std::make_shared<GroupFeed>(services, context, *std::move(streams), std::move(partitions));
  const auto begun = co_await feed->begin();
  if (!begun) co_return failed(context, begun.error());
  HttpResponse response = feed_answer(services, feed->start(), endless);
  response.stream = [feed](BodyWriter& writer) { return feed->run(writer); };
  co_return response;
}

}  // namespace rapport

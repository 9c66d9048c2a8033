#include "engine/http/api/line_stream.h"

namespace rapport {
namespace {

// The client is there to be answered.
bool is_answered(const Error& error) { return error.code != Errc::unreachable && error.code != Errc::shutting_down; }

}  // namespace

asio::awaitable<Result<void>> LineStream::take_answers(std::size_t left) {
  while (ahead_.size() > left || (!ahead_.empty() && ahead_.front().answer.ready())) {
    Ahead& first = ahead_.front();
    const auto published = co_await first.answer.wait();
    if (!published) co_return published.error();
    call_.wrote(published->positions);
    answer_.add(first.labels, *published, false);
    bytes_ahead_ -= first.bytes;
    ahead_.pop_front();
  }
  if (ahead_.empty()) deletion_ahead_ = false;
  co_return Result<void>();
}

asio::awaitable<Result<void>> LineStream::make_room(std::size_t bytes) {
  const bool alone = deletion_ahead_ || call_.services().publisher.is_half_full();
  auto taken = co_await take_answers(alone ? 0 : kBatchesAheadMax - 1);
  while (taken && !ahead_.empty() && bytes_ahead_ + bytes > kBytesAheadMax) {
    taken = co_await take_answers(ahead_.size() - 1);
  }
  co_return taken;
}

asio::awaitable<Result<EventBatch>> LineStream::decode(LineBatch lines) {
  co_return co_await async_from_callback<EventBatch>([&](CallbackDone<EventBatch> done) {
    workers_.post([lines = std::move(lines), done] { done(events_of(lines)); });
  });
}

asio::awaitable<Result<void>> LineStream::wait_held(std::size_t left) {
  while (held_.size() > left) {
    const auto held = co_await held_.front().wait();
    held_.pop_front();
    if (!held) co_return held.error();
    if (!*held) co_return co_await take_answers(0);
  }
  co_return co_await take_answers(kBatchesAheadMax);
}

void LineStream::hand_over(EventBatch batch, std::size_t bytes) {
  bytes_ahead_ += bytes;
  const Ahead& ahead = ahead_.emplace_back(std::move(batch.labels), bytes, call_.context().executor());
  const auto next = std::make_shared<AppendGate>();
  const auto tell_held = [next, held = held_.emplace_back(call_.context().executor()).done()](bool went_well) {
    next->open(went_well);
    held(went_well);
  };
  PublishOptions options{.wait = call_.wait(),
                         .actor = call_.context().principal().key_id,
                         .tell_survivors = true,
                         .on_durable = [tell_held] { tell_held(true); },
                         .behind = std::exchange(behind_, next)};
  if (deletes_a_contact(batch.events)) {
    deletion_ahead_ = true;
    options.wait = PublishWait::folded;
    options.wait_max = kDeletionWaitMax;
  }
  const auto published = [tell_held, answer = ahead.answer.done()](Result<Published> result) {
    const bool went_well = result.has_value();
    answer(std::move(result));
    tell_held(went_well);
  };
  const auto events = std::make_shared<std::vector<IncomingEvent>>(std::move(batch.events));
  workers_.post([&publisher = call_.services().publisher, events, options, published] {
    publisher.publish(std::move(*events), options, published);
  });
}

asio::awaitable<Result<void>> LineStream::publish_batch() {
  const std::size_t bytes = lines_.bytes();
  // A stream may last for hours: its key is asked about each time.
  if (!call_.services().keys.is_good(call_.context().principal())) {
    const auto taken = co_await take_answers(0);
    co_return taken ? Error{Errc::unauthorized, "the key is not known, or revoked, or expired"} : taken.error();
  }
  auto batch = co_await decode(lines_.take());
  if (!batch) co_return batch.error();
  if (batch->size() == 0) co_return Result<void>();
  const auto held = co_await wait_held(1);
  if (!held) co_return held.error();
  const auto room = co_await make_room(bytes);
  if (!room) co_return room.error();
  hand_over(*std::move(batch), bytes);
  co_return Result<void>();
}

asio::awaitable<HttpResponse> LineStream::publish() {
  const auto unlike_a_stream = [&](const char* field) {
    return call_.failed({Errc::invalid_argument, "lines without end have none: send a batch, or an event", field});
  };
  if (call_.is_dry()) co_return unlike_a_stream("dry_run");
  if (call_.request().headers.find("Idempotency-Key")) co_return unlike_a_stream("Idempotency-Key");
  bool ended = false;
  while (!ended) {
    const auto piece = co_await call_.context().body().read();
    if (!piece) {
      // What was published before is told by the answer's position.
      const auto taken = co_await take_answers(is_answered(piece.error()) ? 0 : ahead_.size());
      co_return call_.failed(taken ? piece.error() : taken.error());
    }
    ended = piece->empty();
    ended ? lines_.finish() : lines_.feed(*piece);
    const bool pauses = call_.context().body().is_drained();
    while (!lines_.empty() && (lines_.full() || pauses || ended)) {
      const auto published = co_await publish_batch();
      if (!published) co_return call_.failed(published.error());
    }
  }
  const auto held = co_await wait_held(0);
  if (!held) co_return call_.failed(held.error());
  const auto taken = co_await take_answers(0);
  if (!taken) co_return call_.failed(taken.error());
  co_return co_await answer_.response();
}

}  // namespace rapport

// POST /v1/events as lines without end: read, published batch by batch, and answered when the body ends.
//
//   read -> decode -> check -> durable -> fold -> answer
//             read -> decode -> check  -> durable -> fold -> answer
//                       read -> decode -> check   -> durable -> ...
//
// A batch is what has come: all of it where the sender pauses, so that a slow stream's events are not kept for the
// next, and else as much as a batch may hold.
//
// Invariants:
// - The server's thread reads, and answers its other connections meanwhile; decoding and checking is done by `workers`,
//   while the log writes the batch before.
// - A batch is handed to the log once the log holds the one before, so lines keep their order there; one is checked and
//   encoded meanwhile. The fold of at most kBatchesAheadMax batches, of kBytesAheadMax bytes, is awaited meanwhile;
//   beyond that nothing is read, which slows the sender down.
// - Answers are taken in the lines' order, and the first batch that fails ends the reading: no later one is published
//   once that is known, and the answer says why.
// - Behind a batch that deletes a contact the fold is awaited: its visitor is another contact's in the next lines.
// - Each batch is asked again whether the key is still good.
// - Where the publisher has much to do, a stream is content with one batch at a time, so that many streams share the
//   room that one would take.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "engine/fold/work_queue.h"
#include "engine/http/api/event_batch.h"
#include "engine/http/api/events_answer.h"
#include "engine/http/api/line_batches.h"
#include "engine/http/api/write_call.h"
#include "engine/http/late_result.h"

namespace rapport {

inline constexpr std::size_t kBatchesAheadMax = 8;
inline constexpr std::size_t kBytesAheadMax = 4u << 20;

// One request's. Must outlive neither the call nor the workers.
class LineStream {
 public:
  LineStream(WriteCall& call, WorkQueue& workers) : call_(call), workers_(workers), answer_(call) {}

  asio::awaitable<HttpResponse> publish();

 private:
  // A batch that the log holds, or has refused, and whose answer is awaited.
  struct Ahead {
    Ahead(std::vector<EventLabel> of, std::size_t size, const asio::any_io_executor& executor)
        : labels(std::move(of)), bytes(size), answer(executor) {}

    std::vector<EventLabel> labels;
    std::size_t bytes;
    LateResult<Published> answer;
  };

  asio::awaitable<Result<void>> publish_batch();
  asio::awaitable<Result<EventBatch>> decode(LineBatch lines);
  asio::awaitable<Result<void>> make_room(std::size_t bytes);
  void hand_over(EventBatch batch, std::size_t bytes);
  // Until the log holds what was handed over, or has refused it, but for the last `left` batches. Errors: as
  // take_answers.
  asio::awaitable<Result<void>> wait_held(std::size_t left);
  // Takes the answers that are there, and waits for more until at most `left` are awaited. Errors: the first that a
  // batch failed with; shutting_down.
  asio::awaitable<Result<void>> take_answers(std::size_t left);

  WriteCall& call_;
  WorkQueue& workers_;
  EventsAnswer answer_;
  LineBatches lines_;
  std::deque<Ahead> ahead_;
  std::deque<LateResult<bool>> held_;   // whether the log took the last of them
  std::shared_ptr<AppendGate> behind_;  // which the next waits at
  std::size_t bytes_ahead_ = 0;
  bool deletion_ahead_ = false;
};

}  // namespace rapport

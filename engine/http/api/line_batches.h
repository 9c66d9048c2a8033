// Cuts what comes of a body into batches of lines, and reads the events of a batch.
//
// Invariants: lines end with a line feed, a carriage return before it is none of theirs, and empty ones are passed over
// but counted; one that is too long is an event that is wrong, and the next is read as ever.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/http/api/event_batch.h"

namespace rapport {

inline constexpr std::size_t kBatchBytesMax = 1u << 20;
inline constexpr std::size_t kBatchEventsMax = 1'000;
// The log is waited for once a batch: of lines that come fast a larger one than a client may send.
inline constexpr std::size_t kBatchLinesMax = 4'000;
inline constexpr std::size_t kLineBytesMax = kEventSizeMax + 1'024;

// Whole lines, as they came.
struct LineBatch {
  std::string text;
  std::uint64_t first_line = 1;  // of the body
  std::uint64_t lines = 0;
};

// Decoding is what a line costs: on any thread. An event that is wrong says in which line.
EventBatch events_of(const LineBatch& batch);

// Not thread-safe.
class LineBatches {
 public:
  // Takes a piece of the body. A batch that is full is to be taken before the next piece.
  void feed(std::string_view piece);
  // The body is over: what has no line feed is a line, too.
  void finish();

  bool full() const { return batch_.lines >= kBatchLinesMax || batch_.text.size() >= kBatchBytesMax; }
  bool empty() const { return batch_.lines == 0; }
  std::size_t bytes() const { return batch_.text.size(); }  // of the batch
  LineBatch take();

 private:
  void begin_line(std::string_view start);

  LineBatch batch_;
  std::string rest_;  // of a line whose end has not come
};

}  // namespace rapport

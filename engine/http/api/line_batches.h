// Cuts what comes of a body into lines, and lines into batches of events.
//
// Invariants: lines end with a line feed, a carriage return before it is none of theirs, and empty ones are passed over
// but counted; one that is too long is an event that is wrong, and the next is read as ever.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/http/api/event_batch.h"
#include "events/event_decoder.h"

namespace rapport {

inline constexpr std::size_t kBatchBytesMax = 1u << 20;
inline constexpr std::size_t kBatchEventsMax = 1'000;
inline constexpr std::size_t kLineBytesMax = kEventSizeMax + 1'024;

class LineBatches {
 public:
  // Takes a piece of the body. A batch that is full is to be taken before the next piece.
  void feed(std::string_view piece);
  // The body is over: what has no line feed is a line, too.
  void finish();

  bool full() const { return batch_.size() >= kBatchEventsMax || bytes_ >= kBatchBytesMax; }
  bool empty() const { return batch_.size() == 0; }
  std::size_t bytes() const { return bytes_; }  // of the batch's lines
  EventBatch take();

 private:
  void line(std::string_view text);
  Error at_line(Error error) const;

  EventDecoder decoder_;
  std::string rest_;
  EventBatch batch_;
  std::size_t bytes_ = 0;
  std::uint64_t number_ = 0;
  bool too_long_ = false;
};

}  // namespace rapport

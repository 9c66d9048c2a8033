// The part of a fold that every stream shares: is the event a repeat, where in time does it stand, is it refused, and
// the timeline row it leaves. What the event does to its stream is the caller's.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/outcome.h"
#include "projections/stream_ledger.h"
#include "projections/timeline_row.h"

namespace rapport {

// The timeline rows that a batch appends to one stream, each written straight from its event.
class AppendedRows {
 public:
  struct Row {
    WriteStamp stamp;
    std::string_view value;  // append_timeline_row()'s
  };

  // Room for so many, of a stream that has none yet.
  void reserve(std::size_t count) {
    ends_.reserve(count);
    if (blocks_.empty()) blocks_.emplace_back().reserve(std::min(count * kValueSizeMostly, kBlockBytes));
  }
  void add(const Event& event, const TimelinePlace& place) {
    if (blocks_.empty() || blocks_.back().size() >= kBlockBytes) blocks_.emplace_back();
    append_timeline_row(blocks_.back(), event, place);
    ends_.push_back({place.stamp, blocks_.size() - 1, blocks_.back().size()});
  }
  void clear() {
    blocks_.clear();
    ends_.clear();
  }
  bool empty() const { return ends_.empty(); }
  std::size_t size() const { return ends_.size(); }
  Row operator[](std::size_t index) const {
    const End& at = ends_[index];
    const std::size_t begin = index == 0 || ends_[index - 1].block != at.block ? 0 : ends_[index - 1].end;
    return {at.stamp, std::string_view(blocks_[at.block]).substr(begin, at.end - begin)};
  }

 private:
  static constexpr std::size_t kValueSizeMostly = 256;
  static constexpr std::size_t kBlockBytes = 256 * 1024;
  struct End {
    WriteStamp stamp;
    std::size_t block, end;
  };

  std::vector<std::string> blocks_;  // each with whole rows, one behind the other: nothing copies a long stream's
  std::vector<End> ends_;
};

// What a batch of one stream's events reads and leaves, beside the stream's state.
struct StreamRows {
  std::string key;  // stream_key(subject)
  SeenEvents seen;
  AppendedRows appended;
  // The stream was erased in this batch: its rows from before are to be deleted.
  bool erase_rows = false;

  explicit StreamRows(std::string stream) : key(std::move(stream)) {}
};

// What an event that is no repeat adds to its stream's ledger, the timeline's sum apart.
inline void count_event(StreamLedger& ledger, EventType type, Timestamp time, Refusal refusal) {
  if (!ledger.latest || *ledger.latest < time) ledger.latest = time;
  if (refusal != Refusal::none) {
    ++ledger.refused;
    return;
  }
  ++ledger.accepted[static_cast<std::size_t>(type)];
  if (!ledger.earliest || time < *ledger.earliest) ledger.earliest = time;
}

// Order of decisions: repeat -> decide() -> accept().
//   decide(const Event&) -> Refusal        a pure look at the state
//   accept(const Event&, WriteStamp)       changes the state
//   version() -> std::uint64_t             the stream's, after that
template <class Decide, class Accept, class Version>
Outcome fold_into(StreamRows& rows, StreamLedger& ledger, RecordedEvent&& recorded, const Decide& decide,
                  const Accept& accept, const Version& version) {
  Event& event = recorded.event;
  const EventName name = event_name(event);
  if (const FirstOutcome* first = rows.seen.find(name)) {
    return {OutcomeStatus::repeated, first->refusal, version(), first->offset};
  }
  const Offset offset = recorded.position.offset;
  const WriteStamp stamp{time_in_stream(ledger, recorded), offset};
  const bool late = ledger.latest && stamp.time <= *ledger.latest;
  const Refusal refusal = decide(std::as_const(event));
  if (refusal == Refusal::none) accept(std::as_const(event), stamp);
  count_event(ledger, event.type, stamp.time, refusal);
  rows.seen.add(name, {refusal, offset}, late || !event.time);
  const TimelinePlace place{stamp, recorded.recorded_at, refusal, late};
  rows.appended.add(event, place);
  ledger.timeline_sum += timeline_row_digest(rows.key, event, place);
  const auto status = refusal == Refusal::none ? OutcomeStatus::accepted : OutcomeStatus::refused;
  return {status, refusal, version(), offset};
}

}  // namespace rapport

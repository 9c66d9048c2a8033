#include "projections/stream_ledger.h"

#include <numeric>

#include "projections/row_bytes.h"

namespace rapport {

EventName event_name(std::string_view source, std::string_view id, std::optional<Timestamp> time) {
  thread_local std::string bytes;
  bytes.clear();
  RowWriter out(bytes);
  out.text(source);
  out.bytes(id);
  return {hash_digest(bytes), time};
}

std::uint64_t StreamLedger::accepted_count() const {
  return std::accumulate(accepted.begin(), accepted.end(), std::uint64_t{0});
}

void SeenEvents::add(const EventName& name, const FirstOutcome& first, bool needs_row) {
  if (needs_row) {
    rows_[name] = first;
    new_rows_.emplace_back(name, first);
  } else {
    latest_in_turn_.emplace_back(name, first);
  }
}

const FirstOutcome* SeenEvents::find(const EventName& name) const {
  if (name.time) {
    const auto at = std::lower_bound(latest_in_turn_.begin(), latest_in_turn_.end(), *name.time,
                                     [](const auto& entry, Timestamp time) { return *entry.first.time < time; });
    if (at != latest_in_turn_.end() && at->first == name) return &at->second;
  }
  const auto it = rows_.find(name);
  return it == rows_.end() ? nullptr : &it->second;
}

void SeenEvents::clear() {
  rows_.clear();
  latest_in_turn_.clear();
  new_rows_.clear();
}

Timestamp time_in_stream(const StreamLedger& ledger, const RecordedEvent& recorded) {
  if (recorded.event.time) return *recorded.event.time;
  Timestamp time = recorded.recorded_at;
  if (ledger.latest) time = std::max(time, time_after(*ledger.latest, 1));
  return std::min(time, kTimestampMax);
}

}  // namespace rapport

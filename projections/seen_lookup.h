// Finds, before a batch is applied, the rows that say whether an event was seen before (stream_ledger.h says which
// events need a look at all).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "projections/store/store.h"
#include "projections/stream_fold.h"

namespace rapport {

class SeenLookup {
 public:
  // Notes what the stream's next event, in log order, needs. `ledger` is the stream's, as before the batch.
  void plan(StreamRows& rows, const StreamLedger& ledger, std::span<const RecordedEvent* const> events);
  // Loads everything planned into the streams' SeenEvents. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<void> load(const Store& store);

 private:
  struct Wanted {
    std::string key;  // of the seen row
    StreamRows* rows;
    EventName name;
  };
  struct WantedTime {
    StreamRows* rows;
    Timestamp time;
  };
  std::vector<Wanted> wanted_;
  std::vector<WantedTime> times_;
};

// The row's value of an event seen.
std::string encode_first_outcome(const FirstOutcome& first);
[[nodiscard]] Result<FirstOutcome> decode_first_outcome(std::string_view row);

}  // namespace rapport

// From a log's record to what the fold takes: the event, or why the record is set aside.
//
// Invariants: the same records are parked by every replay; what cannot be read for want of a key is no such record. Not
// thread-safe: one decoder per thread.
#pragma once

#include <vector>

#include "engine/log/event_log.h"
#include "events/event_decoder.h"
#include "projections/fold_record.h"

namespace rapport {

class RecordDecoder {
 public:
  explicit RecordDecoder(const EventLog& log) : log_(log) {}

  // The records keep views into `batch`, which must outlive them.
  std::vector<FoldRecord> decode(const RecordBatch& batch);
  // The same in place of what `records` had, whose memory it uses again.
  void decode_into(std::vector<FoldRecord>& records, const RecordBatch& batch);

 private:
  void decode_record(const RecordBatch::Record& record, FoldRecord& out);
  Result<void> read_event(const RecordBatch::Record& record, Event& event);
  std::optional<Error> misplaced(const RecordBatch::Record& record, const Event& event) const;

  const EventLog& log_;
  EventDecoder decoder_;
};

}  // namespace rapport

// A stream's ledger within the stream's state row, and stamps relative to the ledger's latest time, which makes most of
// them two or three bytes.
#pragma once

#include "projections/register.h"
#include "projections/row_bytes.h"
#include "projections/stream_ledger.h"

namespace rapport {

// How a row names an event type: its place in the type table, to which new types are added at the end; custom types
// have a code of their own, so that they keep it.
inline constexpr std::uint8_t kCustomTypeCode = 255;
std::uint8_t stored_type_code(EventType type);
std::optional<EventType> type_of_stored_code(std::uint64_t code);

void write_ledger(RowWriter& out, const StreamLedger& ledger);
StreamLedger read_ledger(RowReader& in);

// Writes and reads times and stamps near `base`.
class StampWriter {
 public:
  StampWriter(RowWriter& out, Timestamp base) : out_(out), base_(base) {}
  void time(Timestamp time) { out_.signed_number(ms_between(time, base_)); }
  void optional_time(std::optional<Timestamp> value) {
    out_.byte(value.has_value());
    if (value) time(*value);
  }
  void stamp(WriteStamp stamp) {
    time(stamp.time);
    out_.number(static_cast<std::uint64_t>(stamp.offset.value));
  }

 private:
  RowWriter& out_;
  Timestamp base_;
};

class StampReader {
 public:
  StampReader(RowReader& in, Timestamp base) : in_(in), base_(base) {}
  Timestamp time() { return time_before(base_, in_.signed_number()); }
  std::optional<Timestamp> optional_time() {
    if (in_.byte() == 0) return std::nullopt;
    return time();
  }
  WriteStamp stamp() {
    const Timestamp at = time();
    return {at, Offset{static_cast<std::int64_t>(in_.number())}};
  }

 private:
  RowReader& in_;
  Timestamp base_;
};

}  // namespace rapport

#include "projections/parked_row.h"

#include "projections/row_bytes.h"

namespace rapport {

std::string encode_parked_row(const ParkedRow& parked) {
  std::string row;
  RowWriter out(row);
  out.time(parked.recorded_at);
  out.text(parked.reason);
  out.text(parked.origin);
  out.text(parked.key);
  out.bytes(parked.raw);
  return row;
}

Result<ParkedRow> decode_parked_row(std::string_view row) {
  RowReader in(row);
  ParkedRow parked;
  parked.recorded_at = in.time();
  parked.reason = in.text();
  parked.origin = in.text();
  parked.key = in.text();
  parked.raw = in.rest();
  if (!in.ok()) return Error{Errc::corrupt, "a parked row does not decode"};
  return parked;
}

}  // namespace rapport

#include "projections/timeline_writes.h"

namespace rapport {

Result<std::vector<RegisterWrite>> writes_of(EventDecoder& decoder, const TimelineRow& row) {
  if (row.refusal != Refusal::none || !writes_registers(row.type)) return std::vector<RegisterWrite>();
  const auto payload = decoder.decode_payload(row.type, row.schema_version, row.data);
  if (!payload) return Error{Errc::corrupt, "a timeline row's data does not decode: " + to_string(payload.error())};
  return register_writes(*payload);
}

}  // namespace rapport

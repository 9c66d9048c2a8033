#include "projections/contact_refold.h"

namespace rapport {

Result<void> ContactRefold::add(EventDecoder& decoder, const TimelineRow& row) {
  Event event;
  event.type = row.type;
  if (row.refusal == Refusal::none) {
    auto payload = decoder.decode_payload(row.type, row.schema_version, row.data);
    if (!payload) return Error{Errc::corrupt, "a timeline row's data does not decode: " + to_string(payload.error())};
    event.id = row.event_id;  // names the visit or case that the event opens without saying which
    event.type_name = row.type_name;
    event.identity = row.identity;
    event.payload = *std::move(payload);
  }
  reapply(rows_, event, row.stamp, row.refusal);
  rows_.state.ledger.timeline_sum += timeline_row_digest(rows_.stream.key, row);
  return {};
}

}  // namespace rapport

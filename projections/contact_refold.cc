#include "projections/contact_refold.h"

namespace rapport {

ContactRefold::ContactRefold(const View& view, ContactId contact, const std::optional<ContactSnapshot>& from)
    : rows_(contact) {
  rows_.past_wanted = false;
  if (!from) return;
  rows_.state = from->state;
  view_ = &view;
  segments_ = from->segments();
}

Result<void> ContactRefold::load_named(const Event& event) {
  if (const auto id = visit_named_by(event); id && !rows_.visits.contains(*id)) {
    auto visit = past_visit(*view_, rows_.id, *id, segments_);
    if (!visit) return visit.error();
    rows_.visits[std::string(*id)].visit = *visit;
  }
  if (const auto id = case_named_by(event); id && !rows_.cases.contains(*id)) {
    auto support_case = past_case(*view_, rows_.id, *id, segments_);
    if (!support_case) return support_case.error();
    rows_.cases[std::string(*id)].support_case = *support_case;
  }
  return {};
}

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
    if (view_ != nullptr) RAPPORT_TRY(load_named(event));
  }
  reapply(rows_, event, row.stamp, row.refusal);
  rows_.state.ledger.timeline_sum += timeline_row_digest(rows_.stream.key, row);
  keep_snapshot(rows_, row.stamp.offset);
  return {};
}

}  // namespace rapport

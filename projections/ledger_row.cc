#include "projections/ledger_row.h"

namespace rapport {

void write_ledger(RowWriter& out, const StreamLedger& ledger) {
  out.byte(static_cast<std::uint8_t>((ledger.latest ? 1 : 0) | (ledger.earliest ? 2 : 0)));
  if (ledger.latest) out.time(*ledger.latest);
  if (ledger.earliest) out.time(*ledger.earliest);
  // Pairs of (type + 1, count), ended by 0: a stream sees few types.
  for (std::size_t i = 0; i < ledger.accepted.size(); ++i) {
    if (ledger.accepted[i] == 0) continue;
    out.number(stored_type_code(static_cast<EventType>(i)) + 1u);
    out.number(ledger.accepted[i]);
  }
  out.number(0);
  out.number(ledger.refused);
  write_digest(out, ledger.timeline_sum);
}

StreamLedger read_ledger(RowReader& in) {
  StreamLedger ledger;
  const std::uint8_t flags = in.byte();
  if (flags & 1) ledger.latest = in.time();
  if (flags & 2) ledger.earliest = in.time();
  while (in.ok()) {
    const std::uint64_t code = in.number();
    if (code == 0) break;
    const auto type = type_of_stored_code(code - 1);
    if (!type) {
      in.damage();
      break;
    }
    ledger.accepted[static_cast<std::size_t>(*type)] = static_cast<std::uint32_t>(in.number());
  }
  ledger.refused = static_cast<std::uint32_t>(in.number());
  ledger.timeline_sum = read_digest(in);
  return ledger;
}

std::uint8_t stored_type_code(EventType type) {
  return type == EventType::custom ? kCustomTypeCode : static_cast<std::uint8_t>(type);
}

std::optional<EventType> type_of_stored_code(std::uint64_t code) {
  if (code == kCustomTypeCode) return EventType::custom;
  if (code >= static_cast<std::uint64_t>(EventType::custom)) return std::nullopt;
  return static_cast<EventType>(code);
}

}  // namespace rapport

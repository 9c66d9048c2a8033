#include "engine/publish/entry_checks.h"

#include "engine/publish/attribute_check.h"
#include "events/text.h"

namespace rapport {
namespace {

Error invalid(std::string field, std::string detail) {
  return {Errc::invalid_event, std::move(detail), std::move(field)};
}

}  // namespace

bool is_idempotency_channel(std::string_view channel) {
  if (!channel.starts_with(kIdempotencyChannel)) return false;
  channel.remove_prefix(kIdempotencyChannel.size());
  return channel.empty() || channel.front() == '-';
}

Result<void> check_entry(const Event& event, Timestamp now) {
  if (!event_type_row(event.type).publishable)
    return invalid("type", event.type_name + " is written by the engine alone");
  if (std::holds_alternative<ControlSubject>(event.subject)) {
    return invalid("subject", "the control stream is written by the engine alone");
  }
  if (const auto* identity = std::get_if<Identity>(&event.subject);
      identity && is_idempotency_channel(identity->channel)) {
    return invalid("subject", "the channel " + quote(identity->channel) + " is the engine's own");
  }
  if (event.identity)
    return invalid("identity", "is stamped by the engine: say identity/<channel>:<id> as the subject");
  if (event.enc) return invalid("enc", "is reserved: events come in clear");
  if (const auto* merge = std::get_if<ContactMergedInto>(&event.payload)) {
    const auto* contact = std::get_if<ContactId>(&event.subject);
    if (contact && *contact == merge->into) return invalid("data.into", "is the contact itself");
  }
  if (event.time && event.time->ms - now.ms > kFutureTimeMaxMs) {
    return Error{Errc::future_time,
                 format_timestamp(*event.time) + " is more than " + std::to_string(kFutureTimeMaxMs / 60'000) +
                     " minutes ahead of the engine's clock, " + format_timestamp(now),
                 "time"};
  }
  return {};
}

Result<void> check_stamped_size(std::size_t bytes) {
  if (bytes <= kEventSizeMax) return {};
  return Error{Errc::too_large, "with what the engine stamps into it, the event has " + std::to_string(bytes) +
                                    " bytes, more than " + std::to_string(kEventSizeMax)};
}

Result<void> check_incoming(const Event& event, const ControlState& control, Timestamp now) {
  RAPPORT_TRY(check_entry(event, now));
  return check_attributes(event, control);
}

}  // namespace rapport

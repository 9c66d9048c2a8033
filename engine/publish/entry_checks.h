// What an event from outside must pass, whatever its stream holds: the rules that need a clock, and what only the
// engine may say. What an event is by itself, the decoder knows; declared attributes are attribute_check's, limits of
// a stream stream_limits'.
#pragma once

#include <string_view>

#include "events/event.h"
#include "projections/control_fold.h"

namespace rapport {

// The channels whose identities are idempotency keys of the API: no visitor comes under them. "idempotency" claims a
// contact, "idempotency-<kind>" an id of another kind.
inline constexpr std::string_view kIdempotencyChannel = "idempotency";
bool is_idempotency_channel(std::string_view channel);

// Errors: future_time (field "time"); invalid_event, whose field is
//   type      only the engine writes it
//   subject   the control stream, or a channel that is the engine's
//   identity  the resolver stamps it
//   enc       the engine enciphers
//   data.into a contact merged into itself
[[nodiscard]] Result<void> check_entry(const Event& event, Timestamp now);

// What the fold reads may not be larger than what it takes: it would park the event. Errors: too_large.
[[nodiscard]] Result<void> check_stamped_size(std::size_t bytes);

// All that an event must pass whatever its stream holds: check_entry and check_attributes (attribute_check.h).
[[nodiscard]] Result<void> check_incoming(const Event& event, const ControlState& control, Timestamp now);

}  // namespace rapport

// How an event ends in the fold.
#pragma once

#include <cstdint>
#include <optional>

#include "events/position.h"
#include "events/result.h"

namespace rapport {

enum class OutcomeStatus : std::uint8_t {
  accepted,  // it changed what it says
  repeated,  // it was there before; the first one's outcome stands
  refused,   // kept in the log and the timeline, changes nothing
  parked,    // its bytes do not decode or break a rule of its type
};
std::string_view outcome_name(OutcomeStatus status);

// Why an event was refused. The numbers are stored in rows: add, never renumber.
enum class Refusal : std::uint8_t {
  none = 0,
  wrong_expected_version = 1,
  contact_deleted = 2,
  contact_erased = 3,
  company_deleted = 4,
  identity_taken = 5,
  identity_not_held = 6,
  ids_overlap = 7,
  duplicate_record = 8,
};
inline constexpr std::uint8_t kRefusalLast = 8;
Errc refusal_errc(Refusal refusal);

struct Outcome {
  OutcomeStatus status = OutcomeStatus::accepted;
  Refusal refusal = Refusal::none;  // of a refused event, or of a repeated one's first
  std::uint64_t version = 0;        // the stream's, after the event
  Offset first;                     // of a repeated event: where the first stands

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

}  // namespace rapport

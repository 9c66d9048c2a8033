// An event that the engine writes for a request, of `data` as the caller sent it: checked as any event is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "events/event.h"

namespace rapport {

struct RequestedEvent {
  std::string type;
  std::string subject;
  std::string data = {};  // JSON; empty: none
  std::optional<std::uint64_t> expected_version = std::nullopt;
  std::optional<Timestamp> time = std::nullopt;  // claimed by the caller; the fold gives one where there is none
};

inline constexpr std::string_view kApiSource = "api";

// Errors: as EventDecoder's, with the members of `data` named.
[[nodiscard]] Result<Event> make_requested_event(const RequestedEvent& wanted, std::string_view id);

}  // namespace rapport

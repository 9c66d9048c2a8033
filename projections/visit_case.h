// A contact's visits and cases: rows of their own beside the contact's. What channels said of them (titles, URLs) is
// not copied: a row refers to the timeline row that says it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/payload.h"
#include "events/result.h"
#include "projections/register.h"

namespace rapport {

struct Visit {
  std::optional<Timestamp> first_time, last_time;  // of the events that name it
  WriteStamp started;                              // the visit.started with the greatest (time, offset)
  WriteStamp ended;
  std::uint32_t pages = 0;
  std::uint32_t segment = 0;  // of the contact's events (contact_past.h), the last that named it

  bool exists() const { return first_time.has_value(); }
  friend bool operator==(const Visit&, const Visit&) = default;
};

struct Case {
  std::optional<Timestamp> first_time, last_time;
  WriteStamp started;                                            // the winning chat.started
  WriteStamp agent;                                              // the winning event that names an agent
  std::array<WriteStamp, kCaseStatusNames.size()> status_since;  // per status, the latest change to it
  std::uint32_t messages = 0;
  std::uint32_t segment = 0;

  bool exists() const { return first_time.has_value(); }
  // The status with the greatest stamp; queued before any.
  CaseStatus status() const;
  WriteStamp status_stamp() const { return status_since[static_cast<std::size_t>(status())]; }

  friend bool operator==(const Case&, const Case&) = default;
};

// A row as a fold step holds it: `changed` rows are written at the step's end.
struct VisitEntry {
  Visit visit;
  bool changed = false;
};
struct CaseEntry {
  Case support_case;
  bool changed = false;
};

// The rows' values; docs/rows.md draws them. Errors of decode: corrupt.
std::string encode_visit(const Visit& visit);
[[nodiscard]] Result<Visit> decode_visit(std::string_view row);
std::string encode_case(const Case& support_case);
[[nodiscard]] Result<Case> decode_case(std::string_view row);

}  // namespace rapport

// A moment of a contact's history: which of its events are looked at. "As it happened" is a limit of time, over all
// that is known now; "as we knew it" is a limit of offset, up to a record of the log.
#pragma once

#include <limits>

#include "projections/register.h"

namespace rapport {

struct Moment {
  Timestamp time_max{std::numeric_limits<std::int64_t>::max()};
  Offset offset_max{std::numeric_limits<std::int64_t>::max()};

  static Moment at_time(Timestamp time) { return {.time_max = time}; }
  static Moment after_record(Offset offset) { return {.offset_max = offset}; }
  static Moment now() { return {}; }

  bool covers(WriteStamp at) const { return at.time <= time_max && at.offset <= offset_max; }

  friend bool operator==(const Moment&, const Moment&) = default;
};

}  // namespace rapport

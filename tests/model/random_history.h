// Random histories over few contacts, companies and identities, so that what seldom meets in the field meets often:
// repeats near and far, late and equal times, events without a time, expected versions right and wrong, deletions,
// erasures, merges in circles, unknown types, records that do not decode, and control records that collide.
//
// Invariants: the same options give the same history, on every machine.
#pragma once

#include <cstdint>

#include "tests/model/history.h"
#include "tests/model/random_event.h"

namespace rapport::model {

struct HistoryOptions {
  std::uint64_t seed = 1;
  std::size_t records = 200;
  std::int32_t partitions = 4;
  Cast cast;  // says whether there are deletions

  // What else may be in it; a property that does not hold with one of them leaves it out.
  bool events_without_time = true;
  bool expected_versions = true;
  bool control = true;
  bool unfoldable = true;  // bytes that do not decode, and events that stand where they must not
};

History random_history(const HistoryOptions& options);

}  // namespace rapport::model

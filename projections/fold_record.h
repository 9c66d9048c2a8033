// A record of the log as the fold takes it: decoded, or the reason why it cannot be.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "events/event.h"
#include "events/result.h"

namespace rapport {

struct FoldRecord {
  RecordedEvent recorded;       // the event is empty where `park` is set
  std::optional<Error> park;    // why the record is set aside
  std::optional<Error> unread;  // why it cannot be told what it is: no fold may pass it by
  // As read; the caller keeps them until the fold step is done.
  std::string_view key;
  std::optional<std::string_view> value;
};

// What a checkpoint remembers of its last record.
std::uint64_t record_hash(std::string_view key, std::optional<std::string_view> value);

}  // namespace rapport

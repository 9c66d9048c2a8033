// Appending to a log and reading it in tests: until a condition holds, with a deadline.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/log/event_log.h"

namespace rapport {

// Long enough for a busy machine; nothing waits it out unless a test is about to fail.
inline constexpr std::chrono::seconds kTestDeadline{60};

struct ReadRecord {
  LogPosition position;
  Timestamp recorded_at;
  std::string key, value;
  bool has_value = true;
};

// Reads until `count` records have come, or the deadline; a failed read is told in the test's own log.
std::vector<ReadRecord> read_records(LogReader& reader, std::size_t count,
                                     std::chrono::milliseconds deadline = kTestDeadline);

// The same from a reader of its own that starts after `after`.
std::vector<ReadRecord> read_after(EventLog& log, const Positions& after, std::size_t count);

// Every partition from its first record, control included.
Positions from_the_start(const EventLog& log);

std::vector<std::string> values_of(const std::vector<ReadRecord>& records);

// The positions of what was appended; the test fails where that did.
std::vector<LogPosition> must_append(EventLog& log, std::vector<NewRecord> records);

// A record for the key's own partition.
NewRecord record_for(const EventLog& log, std::string key, std::string value);

}  // namespace rapport

// The bench workload, small enough for a step of the line to be measured alone.
#pragma once

#include <string>
#include <vector>

#include "events/event.h"
#include "events/event_decoder.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {

// One event each, without the line's end.
inline std::vector<std::string> workload_lines(const GeneratorOptions& options) {
  auto generator = EventGenerator::make(options).value();
  std::vector<std::string> lines;
  for (std::string line; generator.append_next(line); line.clear()) lines.push_back(line.substr(0, line.size() - 1));
  return lines;
}

// As a log with one partition would hold them: each a millisecond after the one before.
inline std::vector<RecordedEvent> workload_records(const GeneratorOptions& options) {
  EventDecoder decoder;
  std::vector<RecordedEvent> records;
  for (const std::string& line : workload_lines(options)) {
    const auto offset = static_cast<std::int64_t>(records.size());
    records.push_back({.position = {Partition{0}, Offset{offset}},
                       .recorded_at = Timestamp{options.start.ms + offset},
                       .event = decoder.decode(line).value()});
  }
  return records;
}

}  // namespace rapport

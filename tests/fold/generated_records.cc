#include "tests/fold/generated_records.h"

#include "events/event_decoder.h"
#include "tests/contract/log_reading.h"

namespace rapport {

std::vector<NewRecord> generated_records(const EventLog& log, const GeneratorOptions& options) {
  auto generator = *EventGenerator::make(options);
  EventDecoder decoder;
  std::vector<NewRecord> records;
  for (std::string line; line.clear(), generator.append_next(line);) {
    line.pop_back();
    records.push_back(record_for(log, to_string(decoder.decode(line)->subject), line));
  }
  return records;
}

}  // namespace rapport

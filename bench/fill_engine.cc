// An engine's data directory as it is behind the bench workload, without the hours of publishing it: the events
// straight into the log, the rows by a refold.
//
//   fill_engine DIRECTORY EVENTS CONTACTS SEED                  an embedded log that is new
//   fill_engine DIRECTORY BROKERS TOPIC                         rows alone, of a Kafka log that is there
#include <cstdlib>
#include <iostream>

#include "engine/engine.h"
#include "engine/fold/refold.h"
#include "events/event_decoder.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {
namespace {

constexpr std::size_t kBatch = 10'000;

Result<void> append(EventLog& log, const GeneratorOptions& options) {
  auto generator = EventGenerator::make(options);
  if (!generator) return generator.error();
  EventDecoder decoder;
  std::vector<NewRecord> records;
  std::string line;
  for (bool more = true; more;) {
    line.clear();
    more = generator->append_next(line);
    if (more) {
      line.pop_back();
      const auto event = decoder.decode(line);
      if (!event) return event.error();
      std::string key = to_string(event->subject);
      const Partition partition = log.partition_of(key);
      records.push_back({partition, std::move(key), line});
    }
    if (records.size() < kBatch && more) continue;
    const auto appended = append_and_wait(log, std::exchange(records, {}));
    if (!appended) return appended.error();
  }
  return {};
}

Result<void> fill(int argc, char** argv) {
  const bool is_kafka = argc == 4;
  EngineOptions options{.data = argv[1]};
  options.log = is_kafka ? kafka_log({.connection = {.brokers = argv[2]}, .topic = argv[3]}) : embedded_log(1);
  auto stored = open_stored(options);
  if (!stored) return stored.error();
  if (!is_kafka) {
    RAPPORT_TRY(append(*stored->log, {.events = std::strtoull(argv[2], nullptr, 10),
                                      .contacts = std::strtoull(argv[3], nullptr, 10),
                                      .seed = std::strtoull(argv[4], nullptr, 10)}));
  }
  const auto ends = stored->log->ends();
  if (!ends) return ends.error();
  RAPPORT_TRY(refold(*stored->log, *stored->generation, *ends));
  return stored->generation->flush();
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) return 2;
  const auto filled = rapport::fill(argc, argv);
  if (!filled) std::cerr << to_string(filled.error()) << "\n";
  return filled ? 0 : 1;
}

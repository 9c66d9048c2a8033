// kill_child DIRECTORY FROM SEED [BROKERS TOPIC]: opens an engine, on the embedded log or on Kafka, and publishes
// numbered events from FROM on, several calls at a time, until it is killed. Each acknowledged event's number is a line
// on stdout, written at once.
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <random>

#include "engine/engine.h"
#include "tests/crash/numbered_event.h"

namespace rapport {
namespace {

constexpr std::size_t kCallsMax = 4;
constexpr std::uint64_t kEventsPerCallMax = 20;

int run(const std::string& directory, std::uint64_t from, std::uint64_t seed, LogChoice log) {
  auto engine = Engine::open({.data = directory, .log = std::move(log)});
  if (!engine) {
    std::cerr << to_string(engine.error()) << "\n";
    return 1;
  }
  if (::write(STDOUT_FILENO, "open\n", 5) != 5) return 1;
  std::mt19937_64 random(seed);
  std::mutex mutex;
  std::condition_variable room;
  std::size_t calls = 0;
  for (std::uint64_t next = from;;) {
    std::vector<IncomingEvent> events;
    std::vector<std::uint64_t> numbers;
    const std::uint64_t count = 1 + random() % kEventsPerCallMax;
    for (std::uint64_t i = 0; i < count; ++i) {
      // Now and then one from before: a repeat.
      const std::uint64_t number = next > 0 && random() % 8 == 0 ? random() % next : next++;
      numbers.push_back(number);
      events.push_back(numbered_event(number));
    }
    {
      std::unique_lock lock(mutex);
      room.wait(lock, [&] { return calls < kCallsMax; });
      ++calls;
    }
    const PublishOptions options{.wait = random() % 2 == 0 ? PublishWait::folded : PublishWait::durable};
    (*engine)->publisher().publish(std::move(events), options, [&, numbers](Result<Published> published) {
      if (published) {
        std::string lines;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          if (published->results[i].position) lines += std::to_string(numbers[i]) + "\n";
        }
        if (::write(STDOUT_FILENO, lines.data(), lines.size()) < 0) std::abort();
      }
      const std::lock_guard lock(mutex);
      --calls;
      room.notify_one();
    });
  }
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  if (argc != 4 && argc != 6) return 2;
  auto log = rapport::embedded_log(2);
  if (argc == 6) {
    log = rapport::kafka_log({.connection = {.brokers = argv[4]},
                              .topic = argv[5],
                              .create_topics = true,
                              .partition_count = 2,
                              .replication = 1});
  }
  return rapport::run(argv[1], std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10),
                      std::move(log));
}

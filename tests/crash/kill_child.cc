// kill_child DIRECTORY FROM SEED [busy] [sealed] [anew] [BROKERS TOPIC]: opens an engine, on the embedded log or on
// Kafka, and publishes numbered events from FROM on, several calls at a time, until it is killed. Each acknowledged
// event's number is a line on stdout, written at once, and "folded" one behind a call that was told so; "refused CODE"
// is a call answered with an error. Busy, it rebuilds, verifies and backs up by chance meanwhile, and says so: "swapped
// N", "backup NAME" once that is done. Anew, it mostly begins without rows, and folds the whole log for the first time.
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

#include "engine/engine.h"
#include "tests/crash/numbered_event.h"

namespace rapport {
namespace {

constexpr std::size_t kCallsMax = 4;
constexpr std::uint64_t kEventsPerCallMax = 20;

void say(const std::string& lines) {
  if (::write(STDOUT_FILENO, lines.data(), lines.size()) < 0) std::abort();
}

void wait_a_moment(std::mt19937_64& random) { std::this_thread::sleep_for(std::chrono::milliseconds(random() % 20)); }

[[noreturn]] void be_busy(Engine& engine, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (;;) {
    wait_a_moment(random);
    if (random() % 4 == 0) {
      const std::string name = "b" + std::to_string(random());
      if (!engine.backups().start(name)) continue;
      while (engine.backups().status()->state == BackupState::running) wait_a_moment(random);
      if (engine.backups().status()->state == BackupState::done) say("backup " + name + "\n");
    } else {
      const auto number = engine.rebuilder().start({.verify_only = random() % 4 == 0});
      if (!number) continue;
      while (!is_over(engine.rebuilder().status()->state)) wait_a_moment(random);
      const RebuildState ended = engine.rebuilder().status()->state;
      if (ended == RebuildState::swapped) say("swapped " + std::to_string(*number) + "\n");
      if (ended == RebuildState::different) panic("a rebuild differs");
    }
  }
}

int run(const std::string& directory, std::uint64_t from, std::uint64_t seed, bool busy, bool anew, LogChoice log) {
  if (anew && seed % 4 != 0) std::filesystem::remove_all(std::filesystem::path(directory) / "projections");
  // In one run of two steps of some size are written as files.
  const EngineOptions defaults;
  auto engine = Engine::open({.data = directory,
                              .log = std::move(log),
                              .folder = {.catch_up_records_min = anew ? 1 : defaults.folder.catch_up_records_min},
                              .file_step_bytes_min = seed % 2 == 0 ? 4'096 : defaults.file_step_bytes_min});
  if (!engine) {
    std::cerr << to_string(engine.error()) << "\n";
    return 1;
  }
  say("open\n");
  if (busy) std::thread([&engine, seed] { be_busy(**engine, seed); }).detach();
  std::mt19937_64 random(seed);
  std::mutex mutex;
  std::condition_variable room;
  std::size_t calls = 0;
  std::atomic<bool> refused = false;
  for (std::uint64_t next = from;;) {
    if (refused.exchange(false)) wait_a_moment(random);
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
        if (published->results.back().status == PublishStatus::accepted) lines += "folded\n";
        say(lines);
      } else {
        say("refused " + std::string(errc_name(published.error().code)) + "\n");
        refused = true;
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
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool busy = std::erase(words, "busy") > 0, sealed = std::erase(words, "sealed") > 0;
  const bool anew = std::erase(words, "anew") > 0;
  if (words.size() != 3 && words.size() != 5) return 2;
  auto log = rapport::embedded_log(2);
  if (words.size() == 5) {
    log = rapport::kafka_log({.connection = {.brokers = words[3]},
                              .topic = words[4],
                              .create_topics = true,
                              .partition_count = 2,
                              .replication = 1});
  }
  log.seal.wish = sealed ? rapport::SealWish::always : rapport::SealWish::as_it_is;
  return rapport::run(words[0], std::stoull(words[1]), std::stoull(words[2]), busy, anew, std::move(log));
}

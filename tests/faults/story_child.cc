// story_child DIRECTORY: one small story of an engine, the same each time: it opens, publishes and folds, rebuilds and
// swaps and backs up, on a sealed log, and all that once more after a restart. Whatever fails, it goes on as far as it
// can, and says on standard output, a line each:
//
//   N                an acknowledged event's number
//   open             an engine is open
//   backup NAME      a backup is done
//   failed CODE ...  what was answered with an error
//   told             the story is told to its end
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

#include "engine/engine.h"
#include "tests/crash/numbered_event.h"

namespace rapport {
namespace {

constexpr std::uint64_t kEventsPerCall = 5;
constexpr std::uint64_t kCalls = 3;  // before a rebuild, and again behind it

void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::abort();
}
void say(const Error& error, const std::string& what) {
  say("failed " + std::string(errc_name(error.code)) + " " + what + ": " + error.detail + " " + error.field);
}

class Story {
 public:
  explicit Story(std::filesystem::path data) : data_(std::move(data)) {}

  void tell() {
    auto log = embedded_log(2);
    log.seal.seal = true;
    auto engine = Engine::open({.data = data_, .log = std::move(log), .notice = [](const std::string&) {}});
    if (!engine) return say(engine.error(), "opening");
    say("open");
    for (std::uint64_t i = 0; i < kCalls; ++i) publish(**engine);
    rebuild(**engine);
    for (std::uint64_t i = 0; i < kCalls; ++i) publish(**engine);
    back_up(**engine);
  }

 private:
  void publish(Engine& engine) {
    std::vector<IncomingEvent> events;
    const std::uint64_t first = next_;
    while (next_ < first + kEventsPerCall) events.push_back(numbered_event(next_++));
    std::promise<Result<Published>> told;
    engine.publisher().publish(std::move(events), {}, [&](auto published) { told.set_value(std::move(published)); });
    const auto published = told.get_future().get();
    if (!published) return say(published.error(), "publishing");
    for (std::uint64_t i = 0; i < kEventsPerCall; ++i) {
      const PublishResult& result = published->results[i];
      if (result.position) say(std::to_string(first + i));
      if (!result.position) say(result.error.value_or(Error{}), "an event");
    }
  }

  void rebuild(Engine& engine) {
    wait_for_rebuild(engine);  // one that went on behind a restart
    const auto started = engine.rebuilder().start({});
    if (!started) return say(started.error(), "starting a rebuild");
    wait_for_rebuild(engine);
    const auto status = *engine.rebuilder().status();
    if (status.state == RebuildState::swapped) return;
    say(status.error.value_or(Error{Errc::internal, std::string(rebuild_state_name(status.state))}), "rebuilding");
  }

  void back_up(Engine& engine) {
    const std::string name = "b" + std::to_string(next_);
    const auto started = engine.backups().start(name);
    if (!started) return say(started.error(), "starting a backup");
    while (engine.backups().status()->state == BackupState::running) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const auto status = *engine.backups().status();
    if (status.state == BackupState::done) return say("backup " + name);
    say(*status.error, "backing up");
  }

  static void wait_for_rebuild(Engine& engine) {
    const auto is_under_way = [&] {
      const auto status = engine.rebuilder().status();
      return status && !is_over(status->state);
    };
    while (is_under_way()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  const std::filesystem::path data_;
  std::uint64_t next_ = 0;
};

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  rapport::Story story(argv[1]);
  story.tell();
  story.tell();
  rapport::say("told");
  return 0;
}

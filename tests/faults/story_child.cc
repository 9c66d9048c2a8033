// story_child DIRECTORY [erase] [failing]: one small story of an engine, the same each time: it opens, publishes and
// folds, rebuilds and swaps and backs up, on a sealed log, and all that once more without the rows, which are folded
// anew. With `erase` it tells something of contacts instead (erased_contact.h), erases some, and keeps its rows.
// Whatever fails, it goes on as far as it can, and says on standard output, a line each:
//
//   N                an acknowledged event's number
//   erased N         that contact is erased
//   open             an engine is open
//   backup NAME      a backup is done
//   failed CODE ...  what was answered with an error
//   halted           an engine's fold stands still at the end, though its rows had time to be folded anew, which with
//                    `failing` they do not get: what fails then fails for good
//   told             the story is told to its end
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <set>
#include <string_view>
#include <thread>

#include "engine/engine.h"
#include "engine/publish/own_events.h"
#include "tests/crash/numbered_event.h"
#include "tests/faults/erased_contact.h"

namespace rapport {
namespace {

constexpr std::uint64_t kEventsPerCall = 5;
constexpr std::chrono::seconds kMendedWithin{60};
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
  Story(std::filesystem::path data, bool erases, bool keeps_failing)
      : data_(std::move(data)), erases_(erases), keeps_failing_(keeps_failing) {}

  void tell() {
    auto log = embedded_log(2);
    log.seal.wish = SealWish::always;
    // Of its steps some are written as files, and some as batches.
    auto engine = Engine::open({.data = data_,
                                .log = std::move(log),
                                .folder = {.catch_up_records_min = 1},
                                .file_step_bytes_min = 4'096,
                                .notice = [](const std::string&) {}});
    if (!engine) return say(engine.error(), "opening");
    say("open");
    for (std::uint64_t i = 0; i < kCalls; ++i) publish(**engine);
    rebuild(**engine);
    for (std::uint64_t i = 0; i < kCalls; ++i) publish(**engine);
    back_up(**engine);
    if (erases_) erase_some(**engine);
    if (!keeps_failing_ && !goes_on(**engine)) say("halted");
  }

  // At once, as a machine that is new has none.
  void lose_rows() {
    std::error_code failed;
    std::filesystem::rename(data_ / "projections", data_.parent_path() / "lost rows", failed);
    if (failed) say(Error{Errc::storage_failed, failed.message()}, "losing the rows");
  }

 private:
  Event event_of(std::uint64_t number) const { return erases_ ? event_of_contact(number) : numbered_event(number); }

  void publish(Engine& engine) {
    const Positions before = engine.folder().view()->positions();
    std::vector<IncomingEvent> events;
    const std::uint64_t first = next_;
    while (next_ < first + kEventsPerCall) events.push_back(event_of(next_++));
    std::promise<Result<Published>> told;
    engine.publisher().publish(std::move(events), {}, [&](auto published) { told.set_value(std::move(published)); });
    const auto published = told.get_future().get();
    if (!published) return say(published.error(), "publishing");
    for (std::uint64_t i = 0; i < kEventsPerCall; ++i) {
      const PublishResult& result = published->results[i];
      if (result.position) say(std::to_string(first + i));
      if (!result.position) say(result.error.value_or(Error{}), "an event");
    }
    if (!covers(engine.folder().view()->positions(), before))
      say(Error{Errc::internal, "it went back"}, "a checkpoint");
  }

  // Those of the calls since the last time, and waits until nothing of them is in a file.
  void erase_some(Engine& engine) {
    for (; erased_until_ < next_; ++erased_until_) {
      if (is_to_be_erased(erased_until_)) erase(engine, contact_of(erased_until_));
    }
    // Behind a rebuild that is under way, it is done once that is over.
    const auto wrong = [](const EraserStatus& status) {
      return status.error && status.error->code != Errc::overloaded ? status.error : std::nullopt;
    };
    const auto is_cleaning = [&] {
      const auto status = engine.eraser().status();
      return !status.pending.empty() && !wrong(status);
    };
    while (is_cleaning()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (const auto error = wrong(engine.eraser().status())) say(*error, "cleaning up");
  }

  void erase(Engine& engine, ContactId contact) {
    if (const auto planned = engine.eraser().plan({&contact, 1}); !planned) return say(planned.error(), "planning");
    std::promise<Result<Published>> told;
    engine.publisher().append_own({own_event(EventType::contact_erased, contact, ContactErased{})}, {},
                                  [&](auto published) { told.set_value(std::move(published)); });
    const auto published = told.get_future().get();
    if (!published) return say(published.error(), "erasing");
    if (published->results[0].status == PublishStatus::durable) return;
    if (const auto done = engine.eraser().finish({&contact, 1}); !done) return say(done.error(), "erasing");
    say("erased " + std::to_string(contact.value - contact_of(0).value));
  }

  void rebuild(Engine& engine) {
    wait_for_rebuild(engine);  // one that went on behind a restart
    auto started = engine.rebuilder().start({});
    // Of rows that turned out damaged since.
    for (; !started && started.error().code == Errc::overloaded; started = engine.rebuilder().start({})) {
      wait_for_rebuild(engine);
    }
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

  static bool goes_on(Engine& engine) {
    const auto until = std::chrono::steady_clock::now() + kMendedWithin;
    while (engine.folder().status().halted) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  static void wait_for_rebuild(Engine& engine) {
    const auto is_under_way = [&] {
      const auto status = engine.rebuilder().status();
      return status && !is_over(status->state);
    };
    while (is_under_way()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  const std::filesystem::path data_;
  const bool erases_, keeps_failing_;
  std::uint64_t next_ = 0, erased_until_ = 0;
};

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::set<std::string_view> words(argv + 2, argv + argc);
  const bool erases = words.contains("erase");
  rapport::Story story(argv[1], erases, words.contains("failing"));
  story.tell();
  if (!erases) story.lose_rows();
  story.tell();
  rapport::say("told");
  return 0;
}

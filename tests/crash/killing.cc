#include "tests/crash/killing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <set>

#include "engine/fold/refold.h"
#include "events/event_decoder.h"
#include "projections/generation_compare.h"
#include "tests/crash/numbered_event.h"
#include "tests/model/history.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

// One run of the child, from its start to its kill.
class Child {
 public:
  Child(const KilledEngine& engine, std::uint64_t from, std::uint64_t seed) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    std::vector<std::string> words{KILL_CHILD, engine.data.string(), std::to_string(from), std::to_string(seed)};
    words.insert(words.end(), engine.arguments.begin(), engine.arguments.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execv(KILL_CHILD, arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(out_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Reads what it says, for that long once it has opened; false where it ended by itself.
  bool run(std::chrono::milliseconds once_open, std::set<std::uint64_t>& acknowledged) {
    using Clock = std::chrono::steady_clock;
    auto until = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < until) {
      pollfd waiting{out_, POLLIN, 0};
      if (::poll(&waiting, 1, 2) <= 0) continue;
      if (!read_some()) return false;
      if (take_lines(acknowledged)) until = Clock::now() + once_open;
    }
    return opened_;
  }
  void kill(std::set<std::uint64_t>& acknowledged) {
    ::kill(pid_, SIGKILL);
    while (read_some()) {
    }
    take_lines(acknowledged);
  }

 private:
  bool read_some() {
    char bytes[4'096];
    const auto got = ::read(out_, bytes, sizeof bytes);
    if (got <= 0) return false;
    text_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  // True when it says that it is open. A line that the kill cut short is no acknowledgement.
  bool take_lines(std::set<std::uint64_t>& acknowledged) {
    bool opened_now = false;
    std::size_t begin = 0;
    for (std::size_t end; (end = text_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const std::string line = text_.substr(begin, end - begin);
      if (line == "open") {
        opened_ = opened_now = true;
      } else {
        acknowledged.insert(std::stoull(line));
      }
    }
    text_.erase(0, begin);
    return opened_now;
  }

  pid_t pid_ = -1;
  int out_ = -1;
  bool opened_ = false;
  std::string text_;
};

// Every event of the log, by number, and how often it stands there.
std::map<std::uint64_t, int> events_of(EventLog& log) {
  std::map<std::uint64_t, int> out;
  const Positions ends = *log.ends();
  Positions after;
  for (const auto& [partition, end] : ends) {
    if (partition != kControlPartition) after.emplace(partition, Offset{});
  }
  const auto reader = *log.open_reader(after);
  EventDecoder decoder;
  RecordBatch batch;
  while (true) {
    batch.clear();
    EXPECT_TRUE(reader->read({}, batch));
    if (batch.empty()) return out;
    for (std::size_t i = 0; i < batch.size(); ++i) ++out[number_of(*decoder.decode(batch[i].value))];
  }
}

void check(const KilledEngine& engine, const std::set<std::uint64_t>& acknowledged) {
  auto stored = open_stored({.data = engine.data, .log = engine.log});
  ASSERT_TRUE(stored) << to_string(stored.error());
  const auto in_log = events_of(*stored->log);
  for (const std::uint64_t number : acknowledged) ASSERT_TRUE(in_log.contains(number)) << "lost: event " << number;

  // The rows as the crash left them, then all of the log on top of them: both as a clean fold has them.
  for (const Positions& until : {stored->generation->view()->positions(), *stored->log->ends()}) {
    ASSERT_TRUE(refold(*stored->log, *stored->generation, until));
    TemporaryDirectory scratch;
    const auto clean = Generation::open({.directory = scratch.path() / "rows"});
    ASSERT_TRUE(clean);
    ASSERT_TRUE(refold(*stored->log, **clean, until));
    const auto difference = compare_generations(*(*clean)->view(), *stored->generation->view());
    ASSERT_TRUE(difference);
    ASSERT_TRUE(difference->none()) << difference->first[0].subject << " " << difference->first[0].part << " "
                                    << difference->first[0].how;
  }
  OutcomeCounts counts;
  for (const auto& [partition, checkpoint] : stored->generation->view()->checkpoints()) {
    if (partition != kControlPartition) counts += checkpoint.counts;
  }
  std::uint64_t records = 0;
  for (const auto& [number, times] : in_log) records += static_cast<std::uint64_t>(times);
  EXPECT_EQ(counts.accepted, in_log.size()) << "each event folds once";
  EXPECT_EQ(counts.repeated, records - in_log.size());
  EXPECT_EQ(counts.refused + counts.parked, 0u);
}

}  // namespace

int kills_or(int fallback) {
  const char* wanted = std::getenv("RAPPORT_KILLS");
  return wanted == nullptr ? fallback : std::atoi(wanted);
}

void kill_at_random(const KilledEngine& engine, int kills) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  std::set<std::uint64_t> acknowledged;
  for (int i = 0; i < kills; ++i) {
    std::uint64_t from = 0;
    while (acknowledged.contains(from)) ++from;
    Child child(engine, from, random());
    ASSERT_TRUE(child.run(std::chrono::milliseconds(random() % 60), acknowledged)) << "it did not open, kill " << i;
    child.kill(acknowledged);
    if (i % 20 == 19) {
      check(engine, acknowledged);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  check(engine, acknowledged);
  std::cout << acknowledged.size() << " events were acknowledged over " << kills << " kills\n";
  EXPECT_GT(acknowledged.size(), static_cast<std::size_t>(kills));
}

}  // namespace rapport

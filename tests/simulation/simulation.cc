#include "tests/simulation/simulation.h"

#include <algorithm>
#include <future>
#include <set>

#include "engine/fold/refold.h"
#include "projections/generation_compare.h"
#include "tests/simulation/simulated_server.h"
#include "tests/store/temporary_directory.h"

namespace rapport::simulation {
namespace {

using history::Act;
using history::Part;

constexpr int kPartitions = 2;
constexpr std::size_t kClients = 4;
constexpr std::uint64_t kActsOfAClient = 10;
constexpr int kFirstTriesMax = 10;
constexpr std::uint64_t kMovesMax = 20'000;        // beyond it, nothing comes of it any more
constexpr std::uint64_t kFirstId = 1'000'000'000;  // ids that the engine gives out are far below

struct Client {
  Client(int number, std::uint64_t seed, const history::Pairs& pairs, history::Newcomers& newcomers)
      : choices(number, seed, pairs, newcomers) {}

  history::ClientChoices choices;
  std::uint64_t acts_left = kActsOfAClient;
  std::optional<Act> act;  // under way
  history::Instant invoked = 0;
  bool again = false;       // it was asked more than once
  bool is_to_ask = false;   // what it was told says nothing
  std::uint64_t asked = 0;  // of its requests, the one whose answer it waits for
};

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options) : options_(options), dice_(options.seed), store_(kPartitions) {
    pairs_.push_back(std::make_unique<history::SharedHistory>(kFirstId, kFirstId + 1));
    for (std::size_t i = 0; i < kClients; ++i) {
      clients_.push_back(
          std::make_unique<Client>(static_cast<int>(i + 1), options.seed * kClients + i + 1, pairs_, newcomers_));
    }
  }

  SimulationResult run() {
    start();
    reserve_ids();
    server_->log().simulate();
    while (!result_.failure && is_under_way()) {
      if (++now_ > kMovesMax) fail("it does not end");
      if (move() && !result_.failure && !server_->settle()) fail("it does not settle");
    }
    if (!result_.failure) finish();
    server_.reset();
    for (const auto& client : clients_) {
      result_.counts += client->choices.counts();
      if (!client->choices.complaints().empty()) fail(client->choices.complaints()[0]);
    }
    if (!newcomers_.complaints().empty()) fail(newcomers_.complaints()[0]);
    result_.newcomers = newcomers_.contacts();
    return std::move(result_);
  }

 private:
  void start() {
    const bool is_late = options_.seed % 4 == 0;
    server_ = std::make_unique<SimulatedServer>(store_, directory_.path() / "data", is_late);
  }

  // The first event of an id has its range reserved, on a thread of its own; whose fold may be too late, once or twice.
  void reserve_ids() {
    const Event first =
        make_event("first", "simulation", EventType::note_added, ContactId{kFirstId + 2}, std::nullopt, NoteAdded{});
    for (int i = 0; i < kFirstTriesMax; ++i) {
      std::promise<bool> done;
      server_->engine().publisher().publish({first}, {},
                                            [&](const auto& published) { done.set_value(published.has_value()); });
      if (done.get_future().get()) return;
      if (!server_->settle()) break;
    }
    fail("no ids");
  }

  bool is_under_way() const {
    return std::any_of(clients_.begin(), clients_.end(),
                       [](const auto& client) { return client->act || client->acts_left > 0; });
  }

  // One thing that happens: a client's, the log's, the clock's or an operator's. False: there is no such thing now.
  bool move() {
    switch (dice_.below(16)) {
      case 0:
      case 1:
      case 2: return let_client_act(*clients_[static_cast<std::size_t>(dice_.below(kClients))]);
      case 3:
      case 4:
      case 5: return let_log_write();
      case 6:
      case 7:
      case 8: return let_log_answer();
      case 9:
      case 10:
      case 11:
      case 12: return let_readers_see();
      case 13: return turn_clock();
      case 14: return lose_patience(*clients_[static_cast<std::size_t>(dice_.below(kClients))]);
      default: return operate();
    }
  }

  bool let_client_act(Client& client) {
    if (!client.act) {
      if (client.acts_left == 0) return false;
      --client.acts_left;
      client.act = client.choices.next();
      client.invoked = ++now_;
      client.again = false;
      ask(client);
      return true;
    }
    if (!client.is_to_ask) return false;
    ask_again(client);
    return true;
  }

  void ask(Client& client) {
    client.is_to_ask = false;
    const std::uint64_t number = ++client.asked;
    tell("ask " + client.act->request.target + " " + client.act->request.body);
    server_->handle(client.act->request, [this, &client, number](HttpClientResponse response) {
      if (number != client.asked || !client.act) return;  // nobody waits for it any more
      ++now_;
      tell("told " + std::to_string(response.status) + " " + response.body);
      client.is_to_ask = history::is_to_be_asked_again(response);
      if (client.is_to_ask) return;
      const Act act = *std::move(client.act);
      client.act.reset();
      act.answered({std::move(response), client.invoked, static_cast<history::Instant>(now_), client.again});
    });
  }

  void ask_again(Client& client) {
    ++result_.asked_again;
    client.again = true;
    ask(client);
  }

  // The first request goes on without it.
  bool lose_patience(Client& client) {
    if (!client.act || client.is_to_ask || !dice_.one_in(3)) return false;
    ask_again(client);
    return true;
  }

  bool let_log_write() {
    SimulatedLog& log = server_->log();
    if (log.waiting() == 0) return false;
    const auto nth = static_cast<std::size_t>(dice_.below(log.waiting()));
    if (!log.can_be_written(nth)) return false;
    if (options_.skip_one_in > 0 && dice_.one_in(options_.skip_one_in)) skip_next_of_all();
    tell("write " + std::to_string(nth));
    log.write(nth);
    return true;
  }

  void skip_next_of_all() {
    for (const auto& [partition, records] : store_.records) {
      if (partition == kControlPartition) continue;
      store_.skipped.push_back({partition, Offset{static_cast<std::int64_t>(records.size())}});
    }
  }

  bool let_log_answer() {
    SimulatedLog& log = server_->log();
    if (log.waiting() == 0) return false;
    const auto nth = static_cast<std::size_t>(dice_.below(log.waiting()));
    const bool fails = dice_.one_in(8);
    if (!fails && !log.is_written(nth)) return false;
    if (fails && !log.is_written(nth) && !log.can_be_written(nth)) return false;
    result_.appends_failed += fails ? 1 : 0;
    tell((fails ? "fail " : "answer ") + std::to_string(nth));
    log.answer(nth, fails ? std::optional(Error{Errc::log_unavailable, "simulated"}) : std::nullopt);
    return true;
  }

  bool let_readers_see() {
    const Partition partition{static_cast<std::int32_t>(dice_.below(kPartitions + 1)) - 1};
    const std::size_t unread = server_->log().unread(partition);
    if (unread == 0) return false;
    const auto records = 1 + static_cast<std::size_t>(dice_.below(unread));
    tell("show " + std::to_string(records) + " of " + std::to_string(partition.value));
    server_->log().show(partition, records);
    return true;
  }

  bool turn_clock() {
    const bool back = dice_.one_in(4);
    result_.set_back += back ? 1 : 0;
    store_.clock.ms += (back ? -1 : 1) * static_cast<std::int64_t>(dice_.below(5'000));
    return false;  // nobody notices before something is written
  }

  bool operate() {
    if (dice_.one_in(40)) {
      restart();
    } else if (dice_.one_in(60)) {
      rebuild();
    } else {
      return false;
    }
    return true;
  }

  // What was not answered never is; who waits asks again. At times the rows are lost.
  void restart() {
    ++result_.restarts;
    const bool loses_rows = dice_.one_in(3);
    tell(loses_rows ? "restart without rows" : "restart");
    server_.reset();
    if (loses_rows) std::filesystem::remove_all(directory_.path() / "data");
    start();
    server_->log().simulate();
    for (const auto& client : clients_) client->is_to_ask = client->act.has_value();
  }

  void rebuild() {
    Rebuilder& rebuilder = server_->engine().rebuilder();
    const auto started = rebuilder.start({});
    if (!started) return fail("no rebuild: " + to_string(started.error()));
    ++result_.rebuilds;
    tell("rebuild");
    while (!is_over(rebuilder.status()->state)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto status = *rebuilder.status();
    if (status.state == RebuildState::swapped) return;
    fail("a rebuild ended " + std::string(rebuild_state_name(status.state)) + ": " +
         to_string(status.error.value_or(Error{})));
  }

  // Everything is written, seen and read; then the histories and the rows are judged.
  void finish() {
    for (const auto& [partition, readable] : server_->log().readable()) {
      server_->log().show(partition, server_->log().unread(partition));
    }
    if (!server_->settle()) return fail("it does not settle");
    std::vector<Act> reads = newcomers_.last_reads();
    for (const Part part : {Part::member, Part::root}) reads.push_back(clients_.front()->choices.read(0, part));
    for (Act& read : reads) {
      Client& client = *clients_.front();
      client.act = std::move(read);
      client.invoked = ++now_;
      client.again = false;
      ask(client);
      if (!server_->settle() || client.act) return fail("a last read is not answered");
    }
    if (!newcomers_.complaints().empty()) return fail(newcomers_.complaints()[0]);
    const auto why = history::why_not_linearizable(pairs_.front()->take());
    if (why) return fail(*why);
    compare_with_a_clean_fold();
  }

  void compare_with_a_clean_fold() {
    const auto clean = Generation::open({.directory = directory_.path() / "clean", .cache_bytes = 1u << 20});
    if (!clean) return fail(to_string(clean.error()));
    const auto view = server_->engine().folder().view();
    if (const auto folded = refold(server_->log(), **clean, view->positions()); !folded) {
      return fail(to_string(folded.error()));
    }
    const auto difference = compare_generations(*(*clean)->view(), *view);
    if (!difference) return fail(to_string(difference.error()));
    if (!difference->none()) fail("the rows are not those of a clean fold: " + difference->first[0].subject);
  }

  void tell(const std::string& what) { result_.trace += std::to_string(now_) + " " + what + "\n"; }
  void fail(const std::string& what) {
    if (!result_.failure) result_.failure = what;
  }

  const SimulationOptions options_;
  model::Dice dice_;
  TemporaryDirectory directory_{fastest_directory()};
  SimulatedStore store_;
  history::Pairs pairs_;
  history::Newcomers newcomers_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::unique_ptr<SimulatedServer> server_;
  std::uint64_t now_ = 0;
  SimulationResult result_;
};

}  // namespace

SimulationResult simulate(const SimulationOptions& options) { return Simulation(options).run(); }

}  // namespace rapport::simulation

// Clients read and change the same contacts over HTTP, all at once, while the engine rebuilds and swaps, backs up and
// starts anew: what they are told is what one contact that does one thing at a time could have told them. So no update
// is lost, no read with a write's token is older than the write, and no version goes back.
//
//   RAPPORT_SEED=N            the same choices again, as far as the machine's timing lets them be
//   RAPPORT_CLIENT_SECONDS=N  how long
#include <iostream>
#include <thread>

#include "engine/http/api/request_access.h"
#include "tests/history/history_client.h"
#include "tests/http/api/api_test.h"
#include "tests/model/history.h"

namespace rapport::history {
namespace {

constexpr std::uint64_t kSeconds = 10;
constexpr unsigned kServerThreads = 3;
constexpr int kClients = 6;
constexpr std::size_t kPairs = 2;
constexpr std::uint64_t kActs = 60;  // of a client in a round
constexpr std::uint64_t kRoundsToAStart = 4;
constexpr std::chrono::milliseconds kGlance{1};

class ConcurrentClients : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    serve();
  }

  // On more threads than the tests of one client need.
  void serve() {
    Router router;
    add_api_routes(router, *services_);
    HttpServerOptions options{.port = 0, .threads = kServerThreads};
    options.authorize = [this](const HttpRequest& request, const Route& route) {
      return request_access(*keys_, engine_->group(), request, route);
    };
    options.on_fault = [](std::string_view, std::string_view what) { ADD_FAILURE() << what; };
    auto server = HttpServer::open(std::move(options), std::move(router));
    ASSERT_TRUE(server) << to_string(server.error());
    server_ = *std::move(server);
  }

  void play_round(std::uint64_t round, std::uint64_t seed) {
    pairs_.clear();
    for (std::size_t i = 0; i < kPairs; ++i, next_id_ += kParts) {
      pairs_.push_back(std::make_unique<SharedHistory>(next_id_, next_id_ + 1));
    }
    door_.open(server_->port());
    std::vector<std::unique_ptr<HistoryClient>> clients;
    for (int i = 0; i <= kClients; ++i) {
      const int number = static_cast<int>(round) * (kClients + 1) + i + 1;
      clients.push_back(std::make_unique<HistoryClient>(number, seed + static_cast<std::uint64_t>(number), admin_,
                                                        door_, pairs_, newcomers_));
    }
    std::vector<std::thread> threads;
    std::atomic<int> acting = kClients;
    for (std::size_t i = 0; i < kClients; ++i) {
      threads.emplace_back([&, i] {
        clients[i]->act(kActs);
        --acting;
      });
    }
    keep_busy(acting, round);
    for (std::thread& thread : threads) thread.join();
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      for (const Part part : {Part::member, Part::root}) clients.back()->read(pair, part);
    }
    for (const auto& client : clients) {
      counts_ += client->choices().counts();
      asked_again_ += client->asked_again();
      const auto& complaints = client->choices().complaints();
      ASSERT_TRUE(complaints.empty()) << complaints[0];
    }
    ASSERT_TRUE(newcomers_.complaints().empty()) << newcomers_.complaints()[0];
    for (const auto& pair : pairs_) {
      const History history = pair->take();
      const auto why = why_not_linearizable(history);
      ASSERT_FALSE(why) << "contacts " << pair->id(Part::member) << " and " << pair->id(Part::root) << ": " << *why
                        << "all of it\n"
                        << all_of(history);
    }
  }

  void read_newcomers() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(300);
    ASSERT_TRUE(engine_->folder().wait_folded(*engine_->log().ends(), until));
    HistoryClient client(0, 0, admin_, door_, pairs_, newcomers_);
    for (Act& read : newcomers_.last_reads()) client.ask(std::move(read));
    EXPECT_TRUE(newcomers_.complaints().empty()) << newcomers_.complaints()[0];
    EXPECT_GT(newcomers_.contacts(), 0u);
  }

  // Meanwhile the engine has other things to do.
  void keep_busy(const std::atomic<int>& acting, std::uint64_t round) {
    if (round % kRoundsToAStart == kRoundsToAStart - 1) {
      door_.close();
      reopen();
      serve();
      if (HasFatalFailure()) return;
      ++starts_;
      door_.open(server_->port());
    }
    while (acting > 0) {
      const auto number = engine_->rebuilder().start({});
      ASSERT_TRUE(number) << to_string(number.error());
      while (!is_over(engine_->rebuilder().status()->state)) std::this_thread::sleep_for(kGlance);
      const auto status = *engine_->rebuilder().status();
      ASSERT_EQ(status.state, RebuildState::swapped) << to_string(status.error.value_or(Error{}));
      ++swaps_;
      if (swaps_ % 8 == 0) back_up();
    }
  }

  void back_up() {
    const auto started = engine_->backups().start("b" + std::to_string(swaps_));
    ASSERT_TRUE(started) << to_string(started.error());
    while (engine_->backups().status()->state == BackupState::running) std::this_thread::sleep_for(kGlance);
    const auto status = *engine_->backups().status();
    EXPECT_EQ(status.state, BackupState::done) << to_string(status.error.value_or(Error{}));
    std::filesystem::remove_all(directory_.path() / "data" / "backups");
  }

  static std::string all_of(const History& history) {
    std::string out;
    for (const Operation& operation : history) out += "  " + to_string(operation) + "\n";
    return out;
  }

  ServerDoor door_;
  Pairs pairs_;
  Newcomers newcomers_;
  std::uint64_t next_id_ = 1'000'000'000;  // ids that the engine gives out are far below
  ClientCounts counts_;
  std::uint64_t swaps_ = 0, starts_ = 0, asked_again_ = 0;
};

TEST_F(ConcurrentClients, AreToldWhatOneContactAtATimeCouldTell) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  const auto seconds = model::number_from_environment("RAPPORT_CLIENT_SECONDS", kSeconds);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::uint64_t rounds = 0;
  while (rounds < kRoundsToAStart || std::chrono::steady_clock::now() < until) {
    play_round(rounds++, seed);
    if (HasFatalFailure()) break;
  }
  if (!HasFatalFailure()) read_newcomers();
  std::cout << rounds << " rounds, " << counts_.operations << " operations, " << counts_.accepted << " accepted, "
            << counts_.refused << " refused, " << counts_.reads_with_token << " reads with a token, " << counts_.wholes
            << " of a whole, " << newcomers_.contacts() << " newcomers, " << counts_.links << " merges, "
            << counts_.cuts << " unmerges, " << asked_again_ << " asked again, " << swaps_ << " swaps, " << starts_
            << " starts\n";
  EXPECT_GT(counts_.refused, 0u);
  EXPECT_GT(counts_.reads_with_token, 0u);
  EXPECT_GT(counts_.wholes, 0u);
  EXPECT_GT(counts_.cuts, 0u);
  EXPECT_GT(asked_again_, 0u);
  EXPECT_GT(swaps_, 0u);
  EXPECT_GT(starts_, 0u);
}

}  // namespace
}  // namespace rapport::history

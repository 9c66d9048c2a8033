// An engine on a simulated log, and the API's handlers on one thread, which is the caller's: nothing of it goes on
// until the caller lets it.
//
// The engine has threads of its own: one reads the log ahead, one folds, one answers for the publisher. They are made
// to take turns with the caller: readers are given nothing that the caller does not show, and settle() waits until all
// have done what they can. What happens is therefore one sequence, the same each time, though not one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/http/api/api_services.h"
#include "engine/http/http_client.h"
#include "tests/simulation/simulated_log.h"

namespace rapport::simulation {

class SimulatedServer {
 public:
  using Answered = std::function<void(HttpClientResponse)>;

  // `fold_is_late`: for whoever waits for it behind a write. Throws std::runtime_error where it does not open.
  SimulatedServer(SimulatedStore& store, const std::filesystem::path& data, bool fold_is_late);
  // Who was not answered never is.
  ~SimulatedServer();

  SimulatedLog& log() { return *log_; }
  Engine& engine() { return *engine_; }

  // Begins to handle it; `answered` is called in settle().
  void handle(const HttpClientRequest& request, Answered answered);
  // Until nothing goes on without a move of the log's. False: it does not come to that.
  bool settle();

 private:
  class Handling;

  void wait_for_publisher();
  // True where any went on.
  bool run_handlers();

  SimulatedLog* log_ = nullptr;  // the engine's
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<KeyRing> keys_;
  std::unique_ptr<ApiServices> services_;
  Router router_;
  std::vector<std::unique_ptr<Handling>> handled_;  // by number
  std::uint64_t requests_ = 0;
};

}  // namespace rapport::simulation

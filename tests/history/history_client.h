// A client over HTTP that does what ClientChoices says. At times it does not wait for an answer, and asks again; so it
// does while the server starts anew.
//
// Invariants: one thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "tests/history/client_choices.h"
#include "tests/history/server_door.h"

namespace rapport::history {

class HistoryClient {
 public:
  HistoryClient(int number, std::uint64_t seed, std::string key, ServerDoor& door, const Pairs& pairs,
                Newcomers& newcomers)
      : key_(std::move(key)), door_(door), choices_(number, seed, pairs, newcomers) {}

  void act(std::uint64_t times);
  // Reads it as it now is.
  void read(std::size_t pair, Part part) { ask(choices_.read(pair, part)); }
  // Until it is answered; complains where it is not within kAnsweredWithin.
  void ask(Act act);

  const ClientChoices& choices() const { return choices_; }
  std::uint64_t asked_again() const { return asked_again_; }

 private:
  Result<HttpClientResponse> send(const HttpClientRequest& request, std::uint16_t port, bool patient);

  const std::string key_;
  ServerDoor& door_;
  ClientChoices choices_;
  std::uint16_t port_ = 0;
  std::unique_ptr<HttpClient> patient_, impatient_;
  std::uint64_t asked_again_ = 0;
};

}  // namespace rapport::history

// A request of a client's, and what becomes of its answer. Whoever carries it there and back knows nothing of either.
#pragma once

#include <functional>

#include "engine/http/http_client.h"
#include "tests/history/operation.h"

namespace rapport::history {

// A request and its answer, which is the one that counts (is_to_be_asked_again).
struct Asked {
  HttpClientResponse response;
  Instant invoked, answered;  // first, at last
  bool again;                 // it was asked more than once
};

// Of an answer that says nothing yet: the server starts, stops or is at it.
bool is_to_be_asked_again(const HttpClientResponse& response);

struct Act {
  HttpClientRequest request;
  std::function<void(const Asked&)> answered;  // writes it down
};

}  // namespace rapport::history

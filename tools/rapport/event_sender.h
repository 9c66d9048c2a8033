// Sends lines of events to a server, in batches, in order, and adds up how they ended.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tools/rapport/api_client.h"

namespace rapport {

struct SendTotals {
  std::uint64_t accepted = 0, repeated = 0, refused = 0, parked = 0, rejected = 0, durable = 0;

  std::uint64_t all() const { return accepted + repeated + refused + parked + rejected + durable; }
  // Everything is in, now or from before.
  bool clean() const { return refused + parked + rejected == 0; }
};

class EventSender {
 public:
  // Called with each line that was neither accepted nor a repeat, and the server's JSON about it.
  using RejectedLine = std::function<void(std::string_view line, const boost::json::object& result)>;

  EventSender(ApiClient& api, RejectedLine rejected) : api_(api), rejected_(std::move(rejected)) {}

  // `line` without its line feed; an empty one is passed over. Errors: the server's, for the batch as a whole: what it
  // took before is in, and sending all again is safe.
  [[nodiscard]] Result<void> add(std::string_view line);
  [[nodiscard]] Result<void> finish();

  const SendTotals& totals() const { return totals_; }

 private:
  [[nodiscard]] Result<void> send();

  ApiClient& api_;
  RejectedLine rejected_;
  std::string batch_;
  std::vector<std::size_t> ends_;  // of the batch's lines
  SendTotals totals_;
};

// "9,812 accepted, 188 repeated, 0 refused, 0 rejected"
std::string totals_text(const SendTotals& totals);

}  // namespace rapport

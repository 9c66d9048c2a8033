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

// A line that was neither accepted nor a repeat.
struct RejectedLine {
  std::uint64_t number = 0;  // as add() was told
  std::string_view text;
  const boost::json::object& result;  // what the server says of it; "field" is a member of the event
};

// "line 12: rejected: invalid_event: data.caseId: is missing"; `counted` is what the numbers are of.
std::string rejection_text(const RejectedLine& line, std::string_view counted = "line");

class EventSender {
 public:
  EventSender(ApiClient& api, std::function<void(const RejectedLine&)> rejected)
      : api_(api), rejected_(std::move(rejected)) {}

  // `line` without its line feed, and its number where it came from; an empty one is passed over. Errors: the server's,
  // for the batch as a whole: what it took before is in, and sending all again is safe. A server that is busy, or whose
  // group is settling, and says when to come back, is asked again for a minute.
  [[nodiscard]] Result<void> add(std::string_view line, std::uint64_t number);
  [[nodiscard]] Result<void> finish();

  const SendTotals& totals() const { return totals_; }

 private:
  [[nodiscard]] Result<void> send();

  ApiClient& api_;
  std::function<void(const RejectedLine&)> rejected_;
  std::string batch_;
  struct Line {
    std::uint64_t number;
    std::size_t begin, end;  // in the batch
  };
  std::vector<Line> lines_;
  SendTotals totals_;
};

// "9812 accepted, 188 repeated, 0 refused, 0 rejected"
std::string totals_text(const SendTotals& totals);

}  // namespace rapport

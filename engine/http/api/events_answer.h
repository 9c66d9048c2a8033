// What POST /v1/events answers, put together batch by batch: where it all stands, totals, and the events' results.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/http/api/event_batch.h"
#include "engine/http/api/write_call.h"

namespace rapport {

inline constexpr std::size_t kStreamResultsMax = 1'000;  // told of a stream, neither accepted nor repeated

// Not thread-safe; must not outlive the call.
class EventsAnswer {
 public:
  explicit EventsAnswer(WriteCall& call) : call_(call), services_(call.services()) {}

  // The next events, in the order in which they came. `everything`: accepted and repeated ones are told too.
  void add(const std::vector<EventLabel>& labels, const Published& published, bool everything);

  // A dry run's has the contacts as they would stand; where they cannot be read, the answer says why.
  asio::awaitable<HttpResponse> response() const;

 private:
  const WriteCall& call_;
  const ApiServices& services_;
  std::set<ContactId> contacts_;
  PublishTotals totals_;
  Positions positions_;
  std::string results_;
  std::uint64_t next_index_ = 0;
  std::size_t told_ = 0;
};

}  // namespace rapport

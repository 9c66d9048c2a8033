// The results of published events, as the API tells them.
#pragma once

#include <string>
#include <vector>

#include "engine/http/api/api_services.h"
#include "events/json_writer.h"

namespace rapport {

// Who an event said it was, before it was given away to the publisher.
struct EventLabel {
  std::string source, id;
};

// Events of a request, in order, with what is told of them.
struct EventBatch {
  std::vector<IncomingEvent> events;
  std::vector<EventLabel> labels;

  void reserve(std::size_t size);
  void add(Result<Event> event);
  std::size_t size() const { return events.size(); }
};

struct PublishTotals {
  std::uint64_t accepted = 0, repeated = 0, refused = 0, parked = 0, rejected = 0, durable = 0;

  void add(PublishStatus status);
};
void write_totals(JsonWriter& json, const PublishTotals& totals);

void write_result(JsonWriter& json, const ApiServices& services, std::uint64_t index, const EventLabel& label,
                  const PublishResult& result);

}  // namespace rapport

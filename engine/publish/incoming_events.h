// Events that are whole already, as Publisher::publish takes those that came in.
#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include "engine/publish/publisher.h"

namespace rapport {

inline std::vector<IncomingEvent> incoming_events(std::vector<Event> events) {
  return {std::make_move_iterator(events.begin()), std::make_move_iterator(events.end())};
}

}  // namespace rapport

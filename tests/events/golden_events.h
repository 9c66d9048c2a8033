// One event of every type, as the program writes it: the subjects of the golden files and of docs/events.md.
#pragma once

#include <string>
#include <vector>

#include "events/event.h"

namespace rapport {

// In the order of event_types(), a publisher's own type last.
std::vector<Event> golden_events();

// "tests/events/golden/<type>.json", from the repository's top, where tests run.
std::string golden_path(const Event& event);

// The file's bytes; empty, and the test fails, where there is none.
std::string read_file(const std::string& path);

}  // namespace rapport

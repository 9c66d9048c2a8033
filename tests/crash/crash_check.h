// What must hold of a data directory that a crash left, whatever the crash was.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>

#include "engine/engine.h"

namespace rapport {

using EventNumbers = std::set<std::uint64_t>;  // numbered_event.h

// That it opens, holds every acknowledged event, shows the rows of a clean fold, where the crash left them and at the
// log's end, and that each event was folded once. Fails the running test.
void check_after_crash(const std::filesystem::path& data, const LogChoice& log, const EventNumbers& acknowledged);

}  // namespace rapport

// An engine that no server runs: what stands in its data directory, and its log.
#pragma once

#include <filesystem>

#include "engine/engine.h"
#include "tools/rapport/operate/log_options.h"

namespace rapport {

// Notices go to stderr. Errors: not_found (it is no data directory), those of LogOptions::choose and of open_stored.
[[nodiscard]] Result<StoredEngine> open_stopped_engine(const std::filesystem::path& data, const LogOptions& log);

}  // namespace rapport

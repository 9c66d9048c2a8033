// Sample contacts of an engine that has none, to look at: what they did in the two months up to now.
#pragma once

#include "engine/publish/publisher.h"

namespace rapport {

// Blocks until the log holds them. Errors: those of publishing.
[[nodiscard]] Result<void> publish_demo(Publisher& publisher);

}  // namespace rapport

// engine/http/console/, as the program carries it: the page of a browser and what it loads.
#pragma once

#include <span>

#include "engine/http/api/carried_file.h"

namespace rapport {

extern const std::span<const CarriedFile> kConsoleFiles;  // the page itself is "index.html"

}  // namespace rapport

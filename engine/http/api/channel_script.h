// engine/http/channel/channel.js, as the program carries it: the script that a web page loads to publish.
#pragma once

#include "engine/http/api/carried_file.h"

namespace rapport {

extern const CarriedFile kChannelScript;

}  // namespace rapport

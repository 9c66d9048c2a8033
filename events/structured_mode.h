// A binary-mode CloudEvent written as the same event in structured mode.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "events/event_decoder.h"

namespace rapport {

// The attributes that `ce_` headers give, as they are given: also twice, or in bytes that are no text; then the data as
// it is, or in base64 where it is no JSON. So what is wrong with an event is still in the text, and so is all that it
// says.
std::string structured_mode(std::span<const EventHeader> headers, std::string_view data, bool data_is_json);

}  // namespace rapport

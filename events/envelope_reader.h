// Reads the attributes of an event's envelope. Internal to events/.
#pragma once

#include "events/event.h"
#include "events/json_object_reader.h"

namespace rapport::events_internal {

// Whether an event may say that its data is enciphered. From outside it may not.
enum class Enciphered : unsigned char { refused, read };

// Everything of `event` but its data and payload. What nobody has asked `in` for, which reads the whole event, becomes
// an extension: so ask for data before. Breaks are remembered by `in`.
void read_envelope(JsonObjectReader& in, Event& event, Enciphered enciphered = Enciphered::refused);

// Whether a media type is JSON as an event's data has it: application/json, with any parameters.
bool is_json_media_type(std::string_view text);

// The error of an event whose subject is not one that its type, or its data, can be about.
std::optional<Error> check_subject(const Event& event);

}  // namespace rapport::events_internal

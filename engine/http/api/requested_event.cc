#include "engine/http/api/requested_event.h"

#include "events/event_decoder.h"

namespace rapport {

Result<Event> make_requested_event(const RequestedEvent& wanted, std::string_view id) {
  std::vector<EventHeader> headers{{"ce_specversion", "1.0"},
                                   {"ce_id", id},
                                   {"ce_source", kApiSource},
                                   {"ce_type", wanted.type},
                                   {"ce_subject", wanted.subject}};
  const std::string time = wanted.time ? format_timestamp(*wanted.time) : "";
  if (wanted.time) headers.push_back({"ce_time", time});
  const std::string version = wanted.expected_version ? std::to_string(*wanted.expected_version) : "";
  if (wanted.expected_version) headers.push_back({"ce_expectedversion", version});
  return EventDecoder().decode_binary_mode(headers, "application/json", wanted.data);
}

}  // namespace rapport

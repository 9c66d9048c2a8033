#include "engine/log/log_opened.h"

#include <sodium.h>

#include "events/event_decoder.h"
#include "events/event_encoder.h"

namespace rapport {

LogId draw_log_id() {
  LogId id;
  randombytes_buf(&id.value, sizeof id.value);
  return id;
}

NewRecord make_log_opened(LogId log, std::int32_t partitions) {
  const Event event = make_event(make_event_id(), "rapport", EventType::log_opened, ControlSubject{}, now_wall_clock(),
                                 LogOpened{log, partitions});
  return {kControlPartition, to_string(event.subject), encode_event(event)};
}

Result<LogOpened> parse_log_opened(std::string_view value) {
  const auto event = EventDecoder().decode(value);
  const LogOpened* opened = event ? std::get_if<LogOpened>(&event->payload) : nullptr;
  if (opened == nullptr) return Error{Errc::wrong_format, "the control stream does not begin with log.opened"};
  return *opened;
}

}  // namespace rapport

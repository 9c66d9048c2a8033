#include "engine/publish/own_events.h"

#include "events/event_encoder.h"

namespace rapport {

Event own_event(EventType type, Subject subject, Payload payload) {
  return make_event(make_event_id(), std::string(kEngineSource), type, std::move(subject), std::nullopt,
                    std::move(payload));
}

NewRecord own_record(const EventLog& log, const Event& event) {
  std::string key = to_string(event.subject);
  const bool control = std::holds_alternative<ControlSubject>(event.subject);
  const Partition partition = control ? kControlPartition : log.partition_of(key);
  return {partition, std::move(key), encode_event(event)};
}

}  // namespace rapport

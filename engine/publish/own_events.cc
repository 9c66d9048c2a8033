#include "engine/publish/own_events.h"

#include "engine/publish/entry_checks.h"
#include "events/event_encoder.h"

namespace rapport {

Event own_event(EventType type, Subject subject, Payload payload) {
  return make_event(make_event_id(), std::string(kEngineSource), type, std::move(subject), std::nullopt,
                    std::move(payload));
}

Partition partition_of(const EventLog& log, const Subject& subject) {
  return std::holds_alternative<ControlSubject>(subject) ? kControlPartition : log.partition_of(to_string(subject));
}

namespace {

std::vector<ContactId> contacts_of(std::span<const Result<Event>> events) {
  std::vector<ContactId> out;
  for (const Result<Event>& event : events) {
    if (!event) continue;
    if (const auto* contact = std::get_if<ContactId>(&event->subject)) out.push_back(*contact);
  }
  return out;
}

}  // namespace

Result<NewRecord> own_record(const EventLog& log, const Event& event) {
  const bool hides = log.seal() != nullptr && std::holds_alternative<Identity>(event.subject);
  const auto hidden = hides ? std::optional(log.seal()->hide_identity(event)) : std::nullopt;
  const Event& written = hidden ? *hidden : event;
  std::string key = to_string(written.subject);
  const Partition partition = partition_of(log, written.subject);
  std::string text = encode_event(written);
  RAPPORT_TRY(check_stamped_size(text.size()));
  if (log.seal() == nullptr) return NewRecord{partition, std::move(key), std::move(text)};
  auto sealed = log.seal()->seal(written, std::move(text));
  if (!sealed) return sealed.error();
  return NewRecord{partition, std::move(key), *std::move(sealed)};
}

Result<bool> keys_would_wait(const EventLog& log, std::span<const Result<Event>> events) {
  return log.seal() == nullptr ? Result<bool>(false) : log.seal()->keys().would_wait(contacts_of(events));
}

Result<void> make_keys(const EventLog& log, std::span<const Result<Event>> events) {
  return log.seal() == nullptr ? Result<void>() : log.seal()->keys().make_missing(contacts_of(events));
}

Identity name_in_log(const EventLog& log, const Identity& identity) {
  return log.seal() == nullptr ? identity : log.seal()->hide(identity);
}

Partition partition_in_log(const EventLog& log, const Subject& subject) {
  const auto* identity = std::get_if<Identity>(&subject);
  return partition_of(log, identity == nullptr ? subject : Subject{name_in_log(log, *identity)});
}

}  // namespace rapport

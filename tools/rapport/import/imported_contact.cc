#include "tools/rapport/import/imported_contact.h"

#include "events/event_encoder.h"
#include "events/stable_id.h"
#include "events/text.h"

namespace rapport {
namespace {

Result<Subject> subject_of(const std::string& key, const ImportedContactOptions& options) {
  if (!options.keep_ids) {
    auto identity = make_identity(options.channel, key);
    if (!identity) return identity.error();
    return Subject(*std::move(identity));
  }
  auto subject = parse_subject("contact/" + key);
  if (!subject) return Error{Errc::invalid_argument, quote(key) + " is no id of a contact, which is a number from 1"};
  return subject;
}

}  // namespace

Result<std::vector<Event>> events_of(ImportedContact contact, const ImportedContactOptions& options) {
  const auto subject = subject_of(contact.key, options);
  if (!subject) return subject.error();
  const std::string whose = to_string(*subject);
  std::vector<Event> events;
  const bool says_nothing = contact.state == ContactChanged{};
  if (contact.created || says_nothing) {
    const Timestamp since = contact.created.value_or(contact.time);
    events.push_back(make_event(stable_id({"contact.created", whose, format_timestamp(since)}), options.source,
                                EventType::contact_created, *subject, since, ContactCreated{}));
  }
  if (says_nothing) return events;
  Event changed =
      make_event("", options.source, EventType::contact_changed, *subject, contact.time, std::move(contact.state));
  changed.id = stable_id({"contact.changed", whose, format_timestamp(contact.time), changed.data});
  events.push_back(std::move(changed));
  return events;
}

}  // namespace rapport

#include "engine/log/erased_contacts.h"

#include "engine/log/whole_log.h"
#include "events/event_decoder.h"

namespace rapport {
namespace {

Result<void> each_record(EventLog& log, const std::function<void(const RecordBatch::Record&)>& look) {
  return read_whole(log, {}, [&](const RecordBatch& batch, const Positions&) -> Result<void> {
    for (std::size_t i = 0; i < batch.size(); ++i) look(batch[i]);
    return {};
  });
}

std::optional<ContactId> contact_of(const RecordBatch::Record& record) {
  const auto subject = parse_subject(record.key);
  const auto* contact = subject ? std::get_if<ContactId>(&*subject) : nullptr;
  return contact != nullptr ? std::optional(*contact) : std::nullopt;
}

// Most records are told by their bytes that they erase nobody.
bool is_erasure(EventDecoder& decoder, const RecordBatch::Record& record) {
  if (record.value.find(event_type_row(EventType::contact_erased).name) == record.value.npos) return false;
  const auto event = decoder.decode(record.value);
  return event && event->type == EventType::contact_erased && !event->expected_version &&
         to_string(event->subject) == record.key;
}

}  // namespace

Result<std::set<ContactId>> erased_in(EventLog& log) {
  std::set<ContactId> out;
  EventDecoder decoder;
  RAPPORT_TRY(each_record(log, [&](const RecordBatch::Record& record) {
    if (!is_erasure(decoder, record)) return;
    if (const auto contact = contact_of(record)) out.insert(*contact);
  }));
  return out;
}

Result<std::set<ContactId>> left_in(EventLog& log, std::span<const ContactId> contacts) {
  const std::set<ContactId> asked(contacts.begin(), contacts.end());
  std::set<ContactId> out, erased;
  EventDecoder decoder;
  RAPPORT_TRY(each_record(log, [&](const RecordBatch::Record& record) {
    const auto contact = contact_of(record);
    if (contact && asked.contains(*contact)) (is_erasure(decoder, record) ? erased : out).insert(*contact);
  }));
  for (const ContactId contact : erased) out.erase(contact);
  return out;
}

}  // namespace rapport

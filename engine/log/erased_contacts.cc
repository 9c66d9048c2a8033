#include "engine/log/erased_contacts.h"

#include <algorithm>

#include "events/event_decoder.h"

namespace rapport {
namespace {

using EachRecord = std::function<void(const RecordBatch::Record&)>;

Result<void> read_all(EventLog& log, const EachRecord& each) {
  const auto ends = log.ends();
  if (!ends) return ends.error();
  Positions start;
  for (const auto& [partition, end] : *ends) start.emplace(partition, Offset{});
  auto reader = log.open_bounded_reader(start);
  if (!reader) return reader.error();
  RecordBatch batch;
  while (!covers((*reader)->positions(), *ends)) {
    batch.clear();
    RAPPORT_TRY((*reader)->read({}, batch));
    for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
    for (std::size_t i = 0; i < batch.size(); ++i) each(batch[i]);
  }
  return {};
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
  RAPPORT_TRY(read_all(log, [&](const RecordBatch::Record& record) {
    if (!is_erasure(decoder, record)) return;
    if (const auto contact = contact_of(record)) out.insert(*contact);
  }));
  return out;
}

Result<std::set<ContactId>> left_in(EventLog& log, std::span<const ContactId> contacts) {
  const std::set<ContactId> asked(contacts.begin(), contacts.end());
  std::set<ContactId> out, erased;
  EventDecoder decoder;
  RAPPORT_TRY(read_all(log, [&](const RecordBatch::Record& record) {
    const auto contact = contact_of(record);
    if (contact && asked.contains(*contact)) (is_erasure(decoder, record) ? erased : out).insert(*contact);
  }));
  for (const ContactId contact : erased) out.erase(contact);
  return out;
}

}  // namespace rapport

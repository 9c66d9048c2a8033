#include "engine/log/log_copy.h"

#include "engine/log/whole_log.h"
#include "engine/seal/parked_seal.h"
#include "events/bytes_text.h"
#include "events/event_encoder.h"

namespace rapport {
namespace {

constexpr ReadLimits kStep{.records_max = 10'000, .bytes_max = 4u << 20};

Result<void> check_empty(EventLog& log) {
  const auto ends = log.ends();
  if (!ends) return ends.error();
  for (const auto& [partition, end] : *ends) {
    // A log's own first record is all that may stand there.
    if (end > Offset{partition == kControlPartition ? 0 : -1}) {
      return Error{Errc::invalid_argument,
                   "the log to copy to holds events already; what a copy that was cut off has left is to be deleted, "
                   "its topics or its directory, and copied anew",
                   "to"};
    }
  }
  return {};
}

// What is sealed stays sealed under the same keys; what is in clear is sealed where the copy is to be.
class RecordCopy {
 public:
  RecordCopy(const EventLog& from, const EventLog& to) : from_(from), to_(to) {}

  Result<void> begin() {
    if (from_.seal() == nullptr) return {};
    if (to_.seal() == nullptr) {
      return Error{Errc::invalid_argument, "the log is encrypted, so its copy must be: --encrypt", "encrypt"};
    }
    return to_.seal()->keys().adopt(from_.seal()->keys());
  }

  // A key for each contact of the batch at once: where machines share them, each time costs a round to the cluster.
  Result<void> prepare(const RecordBatch& batch) {
    if (from_.seal() != nullptr || to_.seal() == nullptr) return {};
    std::vector<ContactId> contacts;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto subject = parse_subject(batch[i].key);
      const auto* contact = subject ? std::get_if<ContactId>(&*subject) : nullptr;
      if (contact != nullptr) contacts.push_back(*contact);
    }
    return to_.seal()->keys().make_missing(contacts);
  }

  Result<NewRecord> operator()(const RecordBatch::Record& record) {
    NewRecord copy{.partition = kControlPartition,
                   .key = std::string(record.key),
                   .value = std::string(record.value),
                   .recorded_at = record.recorded_at};
    const bool control = record.position.partition == kControlPartition;
    if (from_.seal() == nullptr && !control) RAPPORT_TRY(check_in_clear(copy));
    if (from_.seal() == nullptr && to_.seal() != nullptr) RAPPORT_TRY(control ? seal_control(copy) : seal(copy));
    if (control) return copy;
    copy.partition = to_.partition_of(copy.key);
    return copy;
  }

 private:
  // Without its keys a sealed event would be an erased one in the copy.
  Result<void> check_in_clear(const NewRecord& record) {
    if (!is_sealed(record.value)) return {};
    return Error{Errc::invalid_argument, "the log is encrypted: name the data directory that has its keys", "from"};
  }

  // A record that is no event, or one of another stream's, which every fold parks, stays as it is.
  Result<void> seal(NewRecord& copy) {
    const auto event = decoder_.decode(copy.value);
    if (!event || to_string(event->subject) != copy.key) return {};
    if (std::holds_alternative<ContactId>(event->subject)) {
      auto sealed = to_.seal()->seal(*event, std::move(copy.value));
      if (!sealed) return sealed.error();
      copy.value = *std::move(sealed);
    } else if (std::holds_alternative<Identity>(event->subject)) {
      const Event hidden = to_.seal()->hide_identity(*event);
      copy.key = to_string(hidden.subject);
      copy.value = encode_event(hidden);
    }
    return {};
  }

  // What was parked, as of when it was: what is past its time nobody reads any more.
  Result<void> seal_control(NewRecord& copy) {
    auto event = decoder_.decode(copy.value);
    const auto* parked = event ? std::get_if<EventParked>(&event->payload) : nullptr;
    if (parked == nullptr) return {};
    const auto bytes = from_base64(parked->raw);
    if (!bytes) return {};  // no bytes of ours
    const auto subject = subject_named_in(*bytes);
    const auto* contact = subject ? std::get_if<ContactId>(&*subject) : nullptr;
    auto sealed =
        seal_parked(to_.seal()->keys(), *parked, contact ? std::optional(*contact) : std::nullopt, *copy.recorded_at);
    if (!sealed) return sealed.error();
    event->payload = *std::move(sealed);
    event->data = encode_payload(event->type, event->payload);
    copy.value = encode_event(*event);
    return {};
  }

  const EventLog& from_;
  const EventLog& to_;
  EventDecoder decoder_;
};

}  // namespace

Result<LogCopyResult> copy_log(EventLog& from, EventLog& to, const LogCopyProgress& progress) {
  RAPPORT_TRY(check_empty(to));
  RecordCopy copy(from, to);
  RAPPORT_TRY(copy.begin());
  LogCopyResult result;
  const auto take = [&](const RecordBatch& batch, const Positions& ends) -> Result<void> {
    RAPPORT_TRY(copy.prepare(batch));
    std::vector<NewRecord> records;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const RecordBatch::Record record = batch[i];
      const bool control = record.position.partition == kControlPartition;
      const bool own = control && record.position.offset == Offset{0};
      if (record.position.offset > offset_in(ends, record.position.partition)) continue;
      if (own || !record.has_value) {
        ++result.left_out;
        continue;
      }
      auto copied = copy(record);
      if (!copied) return copied.error();
      records.push_back(*std::move(copied));
    }
    if (records.empty()) return {};
    result.records += records.size();
    auto appended = append_and_wait(to, std::move(records));
    if (!appended) return appended.error();
    if (progress && !progress(result.records)) return Error{Errc::shutting_down, "the copy was stopped"};
    return {};
  };
  RAPPORT_TRY(read_whole(from, kStep, take));
  return result;
}

}  // namespace rapport

#include "engine/fold/record_decoder.h"

#include "events/subject.h"

namespace rapport {
namespace {

constexpr std::size_t kRoomTimes = 2, kSpareTimesMax = 8;

// No fault of the record's: a key that is missing, a disk, another machine's key that cannot be asked for now.
bool is_unread(const Error& error) {
  return error.code == Errc::corrupt || error.code == Errc::storage_failed || error.code == Errc::log_unavailable;
}

}  // namespace

std::vector<FoldRecord> RecordDecoder::decode(const RecordBatch& batch) {
  std::vector<FoldRecord> records;
  decode_into(records, batch);
  return records;
}

void RecordDecoder::decode_into(std::vector<FoldRecord>& records, const RecordBatch& batch) {
  // Level with the log, a step has few: what the large ones took is given back.
  if (records.capacity() < batch.size() || records.capacity() > kSpareTimesMax * batch.size()) {
    records = std::vector<FoldRecord>();  // nothing of them is to be moved; `{}` would only empty it
    records.reserve(kRoomTimes * batch.size());
  }
  records.resize(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) decode_record(batch[i], records[i]);
}

void RecordDecoder::decode_record(const RecordBatch::Record& record, FoldRecord& out) {
  out.park.reset();
  out.unread.reset();
  out.value.reset();
  out.recorded.position = record.position;
  out.recorded.recorded_at = record.recorded_at;
  out.key = record.key;
  Event& event = out.recorded.event;
  if (record.has_value) {
    out.value = record.value;
    if (auto read = read_event(record, event); !read) {
      (is_unread(read.error()) ? out.unread : out.park) = std::move(read).error();
    } else {
      out.park = misplaced(record, event);
    }
  } else {
    out.park = Error{Errc::invalid_event, "the record has no value"};
  }
  if (out.park || out.unread) event = Event{};
}

// Where it will stand: it is large.
Result<void> RecordDecoder::read_event(const RecordBatch::Record& record, Event& event) {
  if (log_.seal() != nullptr) {
    if (auto opened = log_.seal()->open(decoder_, record.key, record.value)) {
      if (!*opened) return std::move(*opened).error();
      event = **std::move(opened);
      return {};
    }
  }
  auto read = decoder_.decode_into(event, record.value);
  // Beside keys it is somebody's copy of one, in a place where none belongs.
  if (!read && log_.seal() == nullptr && is_sealed(record.value)) {
    return Error{Errc::corrupt, "the event is encrypted, and there are no keys here: a data directory's keys/"};
  }
  return read;
}

// Someone else's record, written straight to the log: under another key, in another partition, or about an identity
// that nobody resolved.
std::optional<Error> RecordDecoder::misplaced(const RecordBatch::Record& record, const Event& event) const {
  // A subject has one spelling.
  if (const auto named = parse_subject(record.key); !named || *named != event.subject) {
    return Error{Errc::invalid_event, "the record's key is not the event's subject", "subject"};
  }
  const bool control = std::holds_alternative<ControlSubject>(event.subject);
  const Partition expected = control ? kControlPartition : log_.partition_of(record.key);
  if (record.position.partition != expected) {
    return Error{Errc::invalid_event, "the record stands in partition " +
                                          std::to_string(record.position.partition.value) + ", its subject's is " +
                                          std::to_string(expected.value)};
  }
  const bool under_identity = std::holds_alternative<Identity>(event.subject);
  if (under_identity && event_type_row(event.type).stream != StreamKind::identity) {
    return Error{Errc::invalid_event, "the identity was not resolved before the log", "subject"};
  }
  return std::nullopt;
}

}  // namespace rapport

#include "engine/fold/spilled_record.h"

#include <cstring>

#include "events/subject.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

struct Head {
  std::int64_t offset, recorded_at_ms;
  std::int32_t partition;
  std::uint32_t key_size : 31, has_value : 1;
};

constexpr char kNoStream = '\xff';

}  // namespace

Result<void> spill_record(const RecordBatch::Record& record, RowSorter& into) {
  const auto subject = parse_subject(record.key);
  std::string stream = subject ? stream_key(*subject) : std::string(1, kNoStream);
  // An id takes seven of its eight bytes.
  if (subject && !std::holds_alternative<Identity>(*subject) && stream.size() > 1) stream.erase(1, 1);
  const Head head{record.position.offset.value, record.recorded_at.ms, record.position.partition.value,
                  static_cast<std::uint32_t>(record.key.size()) & 0x7fff'ffffu, record.has_value};
  return into.add(stream, {{reinterpret_cast<const char*>(&head), sizeof head}, record.key, record.value});
}

void unspill_record(std::string_view value, RecordBatch& out) {
  Head head;
  std::memcpy(&head, value.data(), sizeof head);
  const std::string_view bytes = value.substr(sizeof head);
  const std::string_view key = bytes.substr(0, head.key_size);
  const auto event = head.has_value ? std::optional(bytes.substr(head.key_size)) : std::nullopt;
  out.add({Partition{head.partition}, Offset{head.offset}}, Timestamp{head.recorded_at_ms}, key, event);
}

}  // namespace rapport

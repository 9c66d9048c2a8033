#include "tests/model/model_stream.h"

#include <algorithm>
#include <tuple>

namespace rapport::model {

Stream accepted(const Stream& stream) {
  Stream out;
  for (const Entry& entry : stream) {
    if (!entry.refused) out.push_back(entry);
  }
  return out;
}

Stream by_time(Stream stream) {
  std::sort(stream.begin(), stream.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.time, a.record.position) < std::tie(b.time, b.record.position);
  });
  return stream;
}

bool creates(EventType type) {
  return type != EventType::contact_merged_into && type != EventType::contact_unmerged &&
         type != EventType::contact_absorbed && type != EventType::contact_parted &&
         type != EventType::contact_deleted && type != EventType::contact_erased && type != EventType::company_deleted;
}

bool is_change(EventType type) {
  const std::string_view name = event_type_row(type).name;  // empty for a publisher's own type
  return name.starts_with("contact.") || name.starts_with("company.");
}

bool moves_version(EventType type) {
  return is_change(type) && type != EventType::contact_absorbed && type != EventType::contact_parted;
}

bool exists(const Stream& stream) {
  const Stream entries = accepted(stream);
  return std::any_of(entries.begin(), entries.end(), [](const Entry& entry) { return creates(entry.event().type); });
}

std::uint64_t version_of(const Stream& stream) {
  const Stream entries = accepted(stream);
  return static_cast<std::uint64_t>(std::count_if(
      entries.begin(), entries.end(), [](const Entry& entry) { return moves_version(entry.event().type); }));
}

const Entry* first_accepted(const Stream& stream, EventType type) {
  for (const Entry& entry : stream) {
    if (!entry.refused && entry.event().type == type) return &entry;
  }
  return nullptr;
}

}  // namespace rapport::model

#include "projections/contact_state.h"

#include <algorithm>

namespace rapport {

bool is_contact_change(EventType type) { return type <= EventType::contact_erased; }

bool counts_as_version(EventType type) {
  return is_contact_change(type) && type != EventType::contact_absorbed && type != EventType::contact_parted;
}

std::uint64_t ContactState::version() const {
  std::uint64_t version = 0;
  for (auto i = std::size_t{0}; i <= static_cast<std::size_t>(EventType::contact_erased); ++i) {
    if (counts_as_version(static_cast<EventType>(i))) version += ledger.accepted[i];
  }
  return version;
}

Standing ContactState::standing() const {
  if (!is_live() || merged_into.value) return Standing::none;
  return archived.value ? Standing::archived : Standing::active;
}

Timestamp ContactState::date_created() const {
  if (created_stamp) return created_date;
  return ledger.earliest.value_or(Timestamp{});
}

std::size_t ContactState::field_count() const {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(), [](const auto& f) { return !is_null(f.second.value); }));
}

std::size_t ContactState::tag_count() const {
  return static_cast<std::size_t>(
      std::count_if(tags.begin(), tags.end(), [](const auto& t) { return t.second.value; }));
}

std::size_t ContactState::bytes() const {
  std::size_t bytes = sizeof(ContactState) + absorbed.size() * sizeof(*absorbed.begin());
  for (const auto& field : fields) bytes += sizeof(field) + field.first.size() + field.second.value.text.size();
  for (const auto& attribute : client) bytes += sizeof(attribute) + attribute.second.value.text.size();
  for (const auto& tag : tags) bytes += sizeof(tag) + tag.first.size();
  for (const Identity& one : identities) bytes += sizeof(one) + one.channel.size() + one.external_id.size();
  return bytes;
}

}  // namespace rapport

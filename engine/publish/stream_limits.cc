#include "engine/publish/stream_limits.h"

#include <algorithm>

#include "projections/contact_row.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

bool is_present(const JsonText& value) { return !is_null(value); }
bool is_present(bool tag) { return tag; }

std::vector<PresentNames<JsonText>::Change> changes_of(const Fields& fields) {
  std::vector<PresentNames<JsonText>::Change> changes;
  for (const auto& [key, value] : fields) changes.emplace_back(key, is_present(value));
  return changes;
}

Error too_many_fields(const Subject& subject, std::size_t count) {
  return {Errc::too_many_fields, to_string(subject) + " has " + std::to_string(count) +
                                     " fields, and would have more than " + std::to_string(kFieldsMax)};
}

}  // namespace

template <class Value>
PresentNames<Value>::PresentNames(Registers registers) : registers_(std::move(registers)) {
  count_ = static_cast<std::size_t>(std::count_if(registers_.begin(), registers_.end(),
                                                  [](const auto& entry) { return is_present(entry.second.value); }));
}

template <class Value>
bool PresentNames<Value>::has(std::string_view name) const {
  if (const auto changed = changed_.find(name); changed != changed_.end()) return changed->second;
  const auto it = registers_.find(std::string(name));
  return it != registers_.end() && is_present(it->second.value);
}

template <class Value>
bool PresentNames<Value>::fits(std::span<const Change> changes, std::size_t max) const {
  if (count_ + changes.size() <= max) return true;
  std::map<std::string_view, bool> after;
  for (const auto& [name, present] : changes) after.insert_or_assign(name, present);
  std::size_t count = count_;
  for (const auto& [name, present] : after) {
    count += static_cast<std::size_t>(present) - static_cast<std::size_t>(has(name));
  }
  return count <= max || count <= count_;
}

template <class Value>
void PresentNames<Value>::make(std::span<const Change> changes) {
  for (const auto& [name, present] : changes) {
    if (has(name) == present) continue;
    changed_.insert_or_assign(std::string(name), present);
    present ? ++count_ : --count_;
  }
}

template class PresentNames<JsonText>;
template class PresentNames<bool>;

Result<StreamLimits::Contact*> StreamLimits::contact(ContactId id) {
  if (const auto it = contacts_.find(id); it != contacts_.end()) return &it->second;
  const auto row = view_.store().get(state_key(stream_key(id)), view_.at());
  if (!row) return row.error();
  ContactState state;
  if (*row) {
    auto decoded = decode_contact(**row);
    if (!decoded) return decoded.error();
    state = *std::move(decoded);
  }
  Contact counted{PresentNames<JsonText>(std::move(state.fields)), PresentNames<bool>(std::move(state.tags))};
  return &contacts_.emplace(id, std::move(counted)).first->second;
}

Result<PresentNames<JsonText>*> StreamLimits::company(CompanyId id) {
  if (const auto it = companies_.find(id); it != companies_.end()) return &it->second;
  const auto row = view_.store().get(state_key(stream_key(Subject{id})), view_.at());
  if (!row) return row.error();
  CompanyState state;
  if (*row) {
    auto decoded = decode_company(**row);
    if (!decoded) return decoded.error();
    state = *std::move(decoded);
  }
  return &companies_.emplace(id, PresentNames<JsonText>(std::move(state.fields))).first->second;
}

Result<void> StreamLimits::add_to_contact(const Subject& subject, const Fields& fields,
                                          std::span<const std::string> tags_added,
                                          std::span<const std::string> tags_removed) {
  if (fields.empty() && tags_added.empty() && tags_removed.empty()) return {};
  const auto counted = contact(std::get<ContactId>(subject));
  if (!counted) return counted.error();
  const auto field_changes = changes_of(fields);
  std::vector<PresentNames<bool>::Change> tag_changes;
  for (const auto& tag : tags_added) tag_changes.emplace_back(tag, true);
  for (const auto& tag : tags_removed) tag_changes.emplace_back(tag, false);
  auto& [present_fields, present_tags] = **counted;
  if (!present_fields.fits(field_changes, kFieldsMax)) return too_many_fields(subject, present_fields.count());
  if (!present_tags.fits(tag_changes, kTagsMax)) {
    return Error{Errc::too_many_tags, to_string(subject) + " has " + std::to_string(present_tags.count()) +
                                          " tags, and would have more than " + std::to_string(kTagsMax)};
  }
  present_fields.make(field_changes);
  present_tags.make(tag_changes);
  return {};
}

Result<void> StreamLimits::add_to_company(const Subject& subject, const Fields& fields) {
  if (fields.empty()) return {};
  const auto counted = company(std::get<CompanyId>(subject));
  if (!counted) return counted.error();
  const auto field_changes = changes_of(fields);
  if (!(*counted)->fits(field_changes, kFieldsMax)) return too_many_fields(subject, (*counted)->count());
  (*counted)->make(field_changes);
  return {};
}

Result<void> StreamLimits::add(const Event& event) {
  if (const auto* p = std::get_if<ContactCreated>(&event.payload)) {
    return add_to_contact(event.subject, p->fields, p->tags, {});
  }
  if (const auto* p = std::get_if<ContactChanged>(&event.payload)) {
    return add_to_contact(event.subject, p->fields, p->tags_added, p->tags_removed);
  }
  if (const auto* p = std::get_if<CompanyCreated>(&event.payload)) return add_to_company(event.subject, p->fields);
  if (const auto* p = std::get_if<CompanyChanged>(&event.payload)) return add_to_company(event.subject, p->fields);
  return {};
}

}  // namespace rapport

#include "engine/publish/stream_limits.h"

#include <algorithm>

#include "projections/contact_row.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

bool is_present(const JsonText& value) { return !is_null(value); }
bool is_present(bool tag) { return tag; }

// What an event says of its contact's names.
struct NewNames {
  const Fields& fields;
  std::span<const std::string> tags_added, tags_removed;

  std::size_t size() const { return fields.size() + tags_added.size() + tags_removed.size(); }
};

// Absent where it says nothing of them.
std::optional<NewNames> names_in(const Event& event) {
  if (const auto* p = std::get_if<ContactCreated>(&event.payload)) return NewNames{p->fields, p->tags, {}};
  if (const auto* p = std::get_if<ContactChanged>(&event.payload)) {
    return NewNames{p->fields, p->tags_added, p->tags_removed};
  }
  return std::nullopt;
}

std::vector<PresentNames<JsonText>::Change> changes_of(const Fields& fields) {
  std::vector<PresentNames<JsonText>::Change> changes;
  for (const auto& [key, value] : fields) changes.emplace_back(key, is_present(value));
  return changes;
}

std::vector<PresentNames<bool>::Change> changes_of(const NewNames& names) {
  std::vector<PresentNames<bool>::Change> changes;
  for (const auto& tag : names.tags_added) changes.emplace_back(tag, true);
  for (const auto& tag : names.tags_removed) changes.emplace_back(tag, false);
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
  auto row = view_.store().get(state_key(stream_key(id)), view_.at());
  if (!row) return row.error();
  Contact& contact = contacts_[id];
  if (*row) contact.row = **std::move(row);
  contact.names_max = names_at_most(contact.row);
  return &contact;
}

Result<void> StreamLimits::count(Contact& contact) {
  ContactState state;
  if (!contact.row.empty()) {
    auto decoded = decode_contact(contact.row);
    if (!decoded) return decoded.error();
    state = *std::move(decoded);
  }
  ContactNames& names = contact.names.emplace(
      ContactNames{PresentNames<JsonText>(std::move(state.fields)), PresentNames<bool>(std::move(state.tags))});
  for (const Event* const event : contact.uncounted) {
    names.fields.make(changes_of(names_in(*event)->fields));
    names.tags.make(changes_of(*names_in(*event)));
  }
  return {};
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

Result<void> StreamLimits::add_to_contact(const Event& event) {
  const auto said = names_in(event);
  if (!said || said->size() == 0) return {};
  const auto known = contact(std::get<ContactId>(event.subject));
  if (!known) return known.error();
  Contact& contact = **known;
  if (!contact.names && contact.names_max + said->size() <= std::min(kFieldsMax, kTagsMax)) {
    contact.names_max += said->size();
    contact.uncounted.push_back(&event);
    return {};
  }
  if (!contact.names) RAPPORT_TRY(count(contact));
  const auto field_changes = changes_of(said->fields);
  const auto tag_changes = changes_of(*said);
  auto& [fields, tags] = *contact.names;
  if (!fields.fits(field_changes, kFieldsMax)) return too_many_fields(event.subject, fields.count());
  if (!tags.fits(tag_changes, kTagsMax)) {
    return Error{Errc::too_many_tags, to_string(event.subject) + " has " + std::to_string(tags.count()) +
                                          " tags, and would have more than " + std::to_string(kTagsMax)};
  }
  fields.make(field_changes);
  tags.make(tag_changes);
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
  if (const auto* p = std::get_if<CompanyCreated>(&event.payload)) return add_to_company(event.subject, p->fields);
  if (const auto* p = std::get_if<CompanyChanged>(&event.payload)) return add_to_company(event.subject, p->fields);
  return add_to_contact(event);
}

}  // namespace rapport

#include "projections/contact_revert.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "projections/contact_reader.h"
#include "projections/contact_refold.h"
#include "projections/key_layout.h"
#include "projections/timeline_writes.h"

namespace rapport {
namespace {

JsonText flag(bool value) { return JsonText{value ? "true" : "false"}; }
template <class IdType>
JsonText id_json(const std::optional<IdType>& id) {
  return JsonText{id ? std::to_string(id->value) : "null"};
}

// The event that holds a register now.
struct Holder {
  std::string source, event_id, revert_id;
  bool chosen = false;
};

template <class Map, class Key>
auto value_in(const Map& registers, const Key& key) -> decltype(registers.begin()->second.value) {
  const auto found = registers.find(key);
  return found == registers.end() ? decltype(registers.begin()->second.value){} : found->second.value;
}

class RevertReader {
 public:
  RevertReader(const View& view, ContactId id, const RevertChoice& chosen, ContactState now)
      : view_(view), id_(id), chosen_(chosen), now_(std::move(now)), without_(view, id, std::nullopt) {}

  Result<ContactRevert> read();

 private:
  void note_holders();
  Result<void> walk();
  Result<void> take(const TimelineRow& row);
  bool is_chosen(const TimelineRow& row) const;
  void compare();

  // Compares one register with what it would be; `set` puts that into the compensation of the event that holds it.
  template <class T, class ToJson, class Set>
  void compare_register(const std::string& path, const Register<T>& now, const T& then, const ToJson& json,
                        const Set& set);
  Setback& setback_of(WriteStamp stamp, const Holder& holder);

  const View& view_;
  const ContactId id_;
  const RevertChoice& chosen_;
  const ContactState now_;
  ContactRefold without_;
  EventDecoder decoder_;
  std::map<WriteStamp, Holder> holders_;
  std::map<std::string, Offset> written_;   // by chosen events: each path's last write, in log order
  std::unordered_set<std::string> undone_;  // revert_id of each chosen event that may have a compensation
  std::map<WriteStamp, Setback> setbacks_;
  ContactRevert out_;
};

Result<ContactRevert> RevertReader::read() {
  out_.version = now_.version();
  out_.gone = now_.gone;
  out_.merged_into = now_.merged_into.value;
  note_holders();
  RAPPORT_TRY(walk());
  if (out_.gone != Gone::no || out_.events == 0) return std::move(out_);
  out_.created = now_.exists && !without_.state().exists;
  const bool absorbs =
      std::any_of(now_.absorbed.begin(), now_.absorbed.end(), [](const auto& one) { return one.second.value; });
  out_.merged = absorbs || without_.state().merged_into.value.has_value();
  compare();
  for (auto& [stamp, setback] : setbacks_) out_.setbacks.push_back(std::move(setback));
  const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  std::sort(out_.changes.begin(), out_.changes.end(), by_path);
  std::sort(out_.conflicts.begin(), out_.conflicts.end(), by_path);
  return std::move(out_);
}

void RevertReader::note_holders() {
  const auto note = [&](const auto& one) {
    if (one.written()) holders_.try_emplace(one.stamp);
  };
  for (const auto& [key, field] : now_.fields) note(field);
  for (const auto& [attribute, written] : now_.client) note(written);
  for (const auto& [tag, present] : now_.tags) note(present);
  note(now_.company);
  note(now_.archived);
  note(now_.blocked);
  note(now_.merged_into);
}

// Compensations have the time of what they undo and come later in the log: in ascending order they are met behind it.
Result<void> RevertReader::walk() {
  const std::string prefix = timeline_prefix(stream_key(id_));
  Cursor cursor = view_.store().cursor(prefix, prefix_end(prefix), view_.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
    if (!row) return row.error();
    RAPPORT_TRY(take(*row));
  }
  return cursor.status();
}

bool RevertReader::is_chosen(const TimelineRow& row) const {
  if (row.refusal != Refusal::none) return false;
  if (chosen_(row)) return true;
  return row.source == kRevertSource && undone_.contains(row.event_id.substr(0, row.event_id.find('.')));
}

Result<void> RevertReader::take(const TimelineRow& row) {
  const bool chosen = is_chosen(row);
  const auto own_time = row.own_time ? std::optional(row.stamp.time) : std::nullopt;
  const auto holder = holders_.find(row.stamp);
  if (holder != holders_.end()) {
    holder->second = {row.source, row.event_id, revert_id(row.source, row.event_id, own_time), chosen};
  }
  if (!chosen) return now_.gone == Gone::no ? without_.add(decoder_, row) : Result<void>();
  if (out_.events++ == 0) out_.first_id = revert_id(row.source, row.event_id, own_time);
  if (!writes_registers(row.type)) {
    const bool hint = row.type == EventType::contact_absorbed || row.type == EventType::contact_parted;
    if (!hint) ++out_.kept;
    return {};
  }
  undone_.insert(revert_id(row.source, row.event_id, own_time));
  const auto writes = writes_of(decoder_, row);
  if (!writes) return writes.error();
  for (const RegisterWrite& write : *writes) {
    Offset& last = written_.try_emplace(write.path, Offset{}).first->second;
    last = std::max(last, row.stamp.offset);
  }
  return {};
}

Setback& RevertReader::setback_of(WriteStamp stamp, const Holder& holder) {
  const auto [it, added] = setbacks_.try_emplace(stamp);
  if (added) {
    it->second.undone = stamp;
    it->second.undone_id = holder.event_id;
    it->second.revert_id = holder.revert_id;
  }
  return it->second;
}

template <class T, class ToJson, class Set>
void RevertReader::compare_register(const std::string& path, const Register<T>& now, const T& then, const ToJson& json,
                                    const Set& set) {
  if (!now.written()) return;
  const Holder& holder = holders_.at(now.stamp);
  if (holder.chosen) {
    if (json(now.value) == json(then)) return;
    set(setback_of(now.stamp, holder));
    out_.changes.push_back({path, json(now.value), json(then)});
    return;
  }
  const auto written = written_.find(path);
  if (written == written_.end() || written->second > now.stamp.offset) return;
  out_.conflicts.push_back({path, json(now.value), now.stamp, holder.source, holder.event_id});
}

void RevertReader::compare() {
  const ContactState& then = without_.state();
  const auto json_or_null = [](const JsonText& value) { return value.text.empty() ? JsonText{"null"} : value; };
  for (const auto& [key, now] : now_.fields) {
    const JsonText value = json_or_null(value_in(then.fields, key));
    compare_register("fields." + key, now, value, json_or_null,
                     [&, k = key](Setback& to) { to.change.fields.emplace_back(k, value); });
  }
  for (const auto& [attribute, now] : now_.client) {
    const JsonText value = json_or_null(value_in(then.client, attribute));
    compare_register("client." + std::string(kClientAttributeNames[static_cast<std::size_t>(attribute)]), now, value,
                     json_or_null, [&, a = attribute](Setback& to) { to.change.client.emplace_back(a, value); });
  }
  for (const auto& [tag, now] : now_.tags) {
    const bool value = value_in(then.tags, tag);
    compare_register("tags." + tag, now, value, flag, [&, t = tag](Setback& to) {
      (value ? to.change.tags_added : to.change.tags_removed).push_back(t);
    });
  }
  compare_register("companyId", now_.company, then.company.value, id_json<CompanyId>,
                   [&](Setback& to) { to.change.company.emplace(then.company.value); });
  compare_register("archived", now_.archived, then.archived.value, flag,
                   [&](Setback& to) { to.change.archived = then.archived.value; });
  compare_register("blocked", now_.blocked, then.blocked.value, block_json,
                   [&](Setback& to) { to.change.blocked.emplace(then.blocked.value); });
  compare_register("mergedInto", now_.merged_into, then.merged_into.value, id_json<ContactId>,
                   [&](Setback& to) { to.merged_into.emplace(then.merged_into.value); });
}

}  // namespace

std::string revert_id(std::string_view source, std::string_view event_id, std::optional<Timestamp> own_time) {
  std::string name(source);
  name.append(1, '\0').append(event_id).append(1, '\0');
  if (own_time) name += std::to_string(own_time->ms);
  return "revert-" + to_string(hash_digest(name));
}

Result<ContactRevert> read_contact_revert(const View& view, ContactId id, const RevertChoice& chosen) {
  auto now = read_contact(view, id);
  if (!now) return now.error();
  if (!*now) return ContactRevert{};
  return RevertReader(view, id, chosen, **std::move(now)).read();
}

Result<ChosenContacts> find_chosen_contacts(const View& view, ContactId from, const RevertChoice& chosen,
                                            std::size_t contacts_max, std::uint64_t rows_max) {
  // Every contact's timeline key begins so, and no other stream's does.
  const std::string first = timeline_prefix(stream_key(ContactId{0}));
  const std::string contacts = first.substr(0, first.size() - sizeof(std::uint64_t));
  ChosenContacts out;
  Cursor cursor = view.store().cursor(timeline_prefix(stream_key(from)), prefix_end(contacts), view.at());
  ContactId current{};
  bool any = false;
  std::uint64_t passed_over = 0;
  for (cursor.seek_first(); cursor.valid();) {
    const ContactId id = contact_of_timeline_key(cursor.key());
    if (!any || id != current) {
      if (out.contacts.size() >= contacts_max || out.rows + passed_over >= rows_max) {
        out.next = id;
        return out;
      }
      current = id;
      any = true;
    }
    if (!view.shows(id)) {
      ++passed_over;
      cursor.seek(prefix_end(timeline_prefix(stream_key(id))));
      continue;
    }
    const auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
    if (!row) return row.error();
    ++out.rows;
    if (row->refusal != Refusal::none || !chosen(*row)) {
      cursor.next();
      continue;
    }
    out.contacts.push_back(id);
    cursor.seek(prefix_end(timeline_prefix(stream_key(id))));
  }
  RAPPORT_TRY(cursor.status());
  return out;
}

}  // namespace rapport

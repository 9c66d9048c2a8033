#include "projections/merge_reader.h"

#include <algorithm>

#include "projections/contact_reader.h"
#include "projections/merges_shown.h"

namespace rapport {
namespace {

using States = std::map<ContactId, ContactState>;

// The contacts of one merge, each read once.
class Family {
 public:
  explicit Family(const ContactSource& contacts) : contacts_(contacts) {}

  // Follows the links from `id` to the root; all on the way are of the family.
  Result<ContactId> climb(ContactId id);
  // Adds those whose links lead to one that is in it.
  Result<void> gather();

  States& states() { return states_; }
  bool anything_known() const { return known_; }

 private:
  Result<const ContactState*> read(ContactId id);

  const ContactSource& contacts_;
  States states_;
  bool known_ = false;
};

Result<const ContactState*> Family::read(ContactId id) {
  if (const auto found = states_.find(id); found != states_.end()) return &found->second;
  if (states_.size() > kMergeMembersMax) {
    return Error{Errc::too_large, "more than " + std::to_string(kMergeMembersMax) + " contacts are merged into one"};
  }
  auto state = contacts_(id);
  if (!state) return state.error();
  known_ = known_ || state->has_value();
  return &states_.emplace(id, std::move(*state).value_or(ContactState{})).first->second;
}

Result<ContactId> Family::climb(ContactId id) {
  std::vector<ContactId> way;
  for (;;) {
    const auto circle = std::find(way.begin(), way.end(), id);
    if (circle != way.end()) return *std::min_element(circle, way.end());
    way.push_back(id);
    const auto state = read(id);
    if (!state) return state.error();
    // Who is gone is merged into nobody: it is told as what it is.
    if (!(*state)->merged_into.value || (*state)->gone != Gone::no) return id;
    id = *(*state)->merged_into.value;
  }
}

Result<void> Family::gather() {
  std::vector<ContactId> waiting;
  for (const auto& [id, state] : states_) waiting.push_back(id);
  while (!waiting.empty()) {
    const ContactId into = waiting.back();
    waiting.pop_back();
    const auto parent = read(into);
    if (!parent) return parent.error();
    for (const auto& [hinted, absorbed] : (*parent)->absorbed) {
      if (!absorbed.value || states_.contains(hinted)) continue;
      const auto member = read(hinted);
      if (!member) return member.error();
      if ((*member)->gone == Gone::no && (*member)->merged_into.value == into) {
        waiting.push_back(hinted);
      } else {
        states_.erase(hinted);
      }
    }
  }
  return {};
}

// Puts the member's value where the whole has none, else beside the one it has.
template <class T, class IsSet, class ToJson>
void unite(Register<T>& whole, const Register<T>& part, std::vector<Alternate>& beside, ContactId member,
           const IsSet& is_set, const ToJson& json) {
  if (!is_set(part.value)) return;
  if (!is_set(whole.value)) {
    whole = part;
    return;
  }
  if (whole.value == part.value) return;
  const JsonText value = json(part.value);
  const bool told = std::any_of(beside.begin(), beside.end(), [&](const Alternate& a) { return a.value == value; });
  if (!told) beside.push_back({value, member});
}

void take_earlier(std::optional<Timestamp>& whole, const std::optional<Timestamp>& part) {
  if (part && (!whole || *part < *whole)) whole = part;
}
void take_later(std::optional<Timestamp>& whole, const std::optional<Timestamp>& part) {
  if (part && (!whole || *whole < *part)) whole = part;
}

void unite_values(MergedContact& merged, ContactId id, const ContactState& member) {
  const auto is_value = [](const JsonText& value) { return !value.text.empty() && !is_null(value); };
  const auto itself = [](const JsonText& value) { return value; };
  // What is not set makes no entry: the whole has none that is without a value.
  for (const auto& [key, field] : member.fields) {
    if (!is_value(field.value)) continue;
    unite(merged.state.fields[key], field, merged.alternates[key], id, is_value, itself);
  }
  for (const auto& [attribute, written] : member.client) {
    if (!is_value(written.value)) continue;
    const std::string name(kClientAttributeNames[static_cast<std::size_t>(attribute)]);
    unite(merged.state.client[attribute], written, merged.alternates[name], id, is_value, itself);
  }
  unite(
      merged.state.company, member.company, merged.alternates["companyId"], id,
      [](const auto& company) { return company.has_value(); },
      [](const auto& company) { return JsonText{std::to_string(company->value)}; });
}

void unite_sets_and_counters(ContactState& whole, const ContactState& member) {
  for (const auto& [tag, present] : member.tags) {
    if (present.value && !whole.tags[tag].value) whole.tags[tag] = present;
  }
  whole.identities.insert(member.identities.begin(), member.identities.end());
  for (std::size_t i = 0; i < whole.ledger.accepted.size(); ++i) whole.ledger.accepted[i] += member.ledger.accepted[i];
  whole.visits += member.visits;
  whole.cases += member.cases;
  whole.open_cases += member.open_cases;
  take_earlier(whole.first_seen, member.first_seen);
  take_later(whole.last_seen, member.last_seen);
  take_later(whole.updated, member.updated);
  if (!member.exists) return;
  if (!whole.exists || member.date_created() < whole.date_created()) {
    whole.created_stamp = WriteStamp{};
    whole.created_date = member.date_created();
  }
  whole.exists = true;
}

void unite_all(MergedContact& merged, const States& states) {
  std::vector<const States::value_type*> order;
  for (const auto& member : states) {
    if (member.first != merged.root) order.push_back(&member);
  }
  for (const auto* member : order) merged.members.push_back({member->first, member->second.version()});
  // Stable: equal dates keep the order of ids.
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return b->second.updated < a->second.updated; });
  for (const auto* member : order) {
    merged.precedence.push_back(member->first);
    unite_values(merged, member->first, member->second);
    unite_sets_and_counters(merged.state, member->second);
  }
  std::erase_if(merged.alternates, [](const auto& of_key) { return of_key.second.empty(); });
}

}  // namespace

std::size_t MergedContact::bytes() const {
  std::size_t bytes = state.bytes() + members.size() * sizeof(MergeMember) + precedence.size() * sizeof(ContactId);
  for (const auto& [key, values] : alternates) {
    bytes += key.size();
    for (const Alternate& one : values) bytes += sizeof(one) + one.value.text.size();
  }
  return bytes;
}

ContactSource contacts_of(const View& view) {
  return [&view](ContactId id) -> Result<std::optional<ContactState>> {
    if (!view.shows(id)) return merge_leads_out(id);
    return read_contact(view, id);
  };
}

Result<ContactId> root_of(const ContactSource& contacts, ContactId id) { return Family(contacts).climb(id); }

Result<std::optional<MergedContact>> read_merged(const ContactSource& contacts, ContactId id) {
  Family family(contacts);
  const auto root = family.climb(id);
  if (!root) return root.error();
  RAPPORT_TRY(family.gather());
  if (!family.anything_known()) return std::optional<MergedContact>();
  MergedContact merged;
  merged.root = *root;
  merged.precedence.push_back(*root);
  merged.state = family.states()[*root];
  merged.version = merged.state.version();
  merged.state.merged_into = {};
  if (merged.state.gone == Gone::no) unite_all(merged, family.states());
  return std::optional(std::move(merged));
}

}  // namespace rapport

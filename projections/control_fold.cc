#include "projections/control_fold.h"

namespace rapport {
namespace {

// What an accepted control event does. One operator per type: the compiler names every type that is missing.
struct Acceptor {
  ControlState& state;
  const Event& event;
  Timestamp at;

  void operator()(const LogOpened& p) const {
    if (!state.opened) state.opened = p;
  }
  void operator()(const IdsReserved& p) const {
    state.ranges[static_cast<std::size_t>(p.kind)].put(p.from, IdRange{p.from, p.count, p.holder});
  }
  void operator()(const TagDefined& p) const {
    (*this)(TagDeleted{p.id});
    state.tags.put(p.id, p);
    state.tag_by_name.put(p.name, p.id);
  }
  void operator()(const TagDeleted& p) const {
    const auto old = state.tags.find(p.id);
    if (old == state.tags.end()) return;
    state.tag_by_name.erase(old->second.name);
    state.tags.erase(p.id);
  }
  void operator()(const AttributeDefined& p) const { state.define(p); }
  void operator()(const AttributeDeleted& p) const { state.drop_attribute(p.id); }
  void operator()(const KeyCreated& p) const { state.keys.put(p.id, ApiKey{p, at, std::nullopt}); }
  void operator()(const KeyRevoked& p) const {
    const auto key = state.keys.find(p.id);
    if (key == state.keys.end() || key->second.revoked_at) return;
    ApiKey revoked = key->second;
    revoked.revoked_at = at;
    state.keys.put(p.id, std::move(revoked));
  }
  void operator()(const EventParked&) const {}  // a row of its own
  void operator()(const ParkedRetried& p) const {
    state.parked_verdicts.put(p.parked, {ParkedFate::retried, at, event.actor});
  }
  void operator()(const ParkedDiscarded& p) const {
    state.parked_verdicts.put(p.parked, {ParkedFate::discarded, at, event.actor});
  }

  // Other streams' types: the decoder lets none of them stand here.
  void operator()(const ContactCreated&) const { foreign(); }
  void operator()(const ContactChanged&) const { foreign(); }
  void operator()(const ContactMergedInto&) const { foreign(); }
  void operator()(const ContactUnmerged&) const { foreign(); }
  void operator()(const ContactAbsorbed&) const { foreign(); }
  void operator()(const ContactParted&) const { foreign(); }
  void operator()(const ContactDeleted&) const { foreign(); }
  void operator()(const ContactErased&) const { foreign(); }
  void operator()(const VisitStarted&) const { foreign(); }
  void operator()(const VisitEnded&) const { foreign(); }
  void operator()(const PageViewed&) const { foreign(); }
  void operator()(const ChatStarted&) const { foreign(); }
  void operator()(const ChatMessage&) const { foreign(); }
  void operator()(const CaseStatusChanged&) const { foreign(); }
  void operator()(const NoteAdded&) const { foreign(); }
  void operator()(const IdentityClaimed&) const { foreign(); }
  void operator()(const IdentityReleased&) const { foreign(); }
  void operator()(const CompanyCreated&) const { foreign(); }
  void operator()(const CompanyChanged&) const { foreign(); }
  void operator()(const CompanyDeleted&) const { foreign(); }
  void operator()(const CustomEvent&) const { foreign(); }
  [[noreturn]] static void foreign() { panic("an event of another stream in the control stream"); }
};

}  // namespace

const IdRange* ControlState::range_of(IdKind kind, std::uint64_t id) const {
  const auto* last = ranges[static_cast<std::size_t>(kind)].last_up_to(id);
  return last != nullptr && last->second.has(id) ? &last->second : nullptr;
}

const AttributeDefined* ControlState::attribute(AttributeObject object, std::string_view key) const {
  const auto& by_key = attribute_by_key[static_cast<std::size_t>(object)];
  const auto id = by_key.find(key);
  return id == by_key.end() ? nullptr : &attributes.find(id->second)->second;
}

void ControlState::define(const AttributeDefined& attribute) {
  drop_attribute(attribute.id);
  attributes.put(attribute.id, attribute);
  attribute_by_key[static_cast<std::size_t>(attribute.object)].put(attribute.key, attribute.id);
}

void ControlState::drop_attribute(std::uint64_t id) {
  const auto old = attributes.find(id);
  if (old == attributes.end()) return;
  attribute_by_key[static_cast<std::size_t>(old->second.object)].erase(old->second.key);
  attributes.erase(id);
}

Refusal ControlState::decide(const Event& event) const {
  if (const auto* p = std::get_if<IdsReserved>(&event.payload)) {
    const auto& of_kind = ranges[static_cast<std::size_t>(p->kind)];
    const auto next = of_kind.lower_bound(p->from);
    const bool hits_next = next != of_kind.end() && next->first - p->from < p->count;
    return hits_next || range_of(p->kind, p->from) ? Refusal::ids_overlap : Refusal::none;
  }
  if (const auto* p = std::get_if<LogOpened>(&event.payload)) {
    return opened && *opened != *p ? Refusal::duplicate_record : Refusal::none;
  }
  if (const auto* p = std::get_if<TagDefined>(&event.payload)) {
    const auto it = tag_by_name.find(p->name);
    return it != tag_by_name.end() && it->second != p->id ? Refusal::duplicate_record : Refusal::none;
  }
  if (const auto* p = std::get_if<AttributeDefined>(&event.payload)) {
    const auto* other = attribute(p->object, p->key);
    return other && other->id != p->id ? Refusal::duplicate_record : Refusal::none;
  }
  if (const auto* p = std::get_if<KeyCreated>(&event.payload)) {
    return keys.contains(p->id) ? Refusal::duplicate_record : Refusal::none;
  }
  return Refusal::none;
}

void ControlState::accept(const Event& event, Timestamp at) { std::visit(Acceptor{*this, event, at}, event.payload); }

}  // namespace rapport

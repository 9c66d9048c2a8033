#include "tests/model/model_control.h"

namespace rapport::model {
namespace {

// Applies one accepted event. Those of other streams never get here.
struct ControlFold {
  Control& control;
  LogPosition position;

  void operator()(const LogOpened& p) const { control.log = p; }
  void operator()(const IdsReserved& p) const { control.ranges.push_back(p); }
  void operator()(const TagDefined& p) const { control.tags[p.id] = p; }
  void operator()(const TagDeleted& p) const { control.tags.erase(p.id); }
  void operator()(const AttributeDefined& p) const { control.attributes[p.id] = p; }
  void operator()(const AttributeDeleted& p) const { control.attributes.erase(p.id); }
  void operator()(const KeyCreated& p) const { control.keys[p.id] = Key{p}; }
  void operator()(const KeyRevoked& p) const {
    if (control.keys.contains(p.id)) control.keys[p.id].revoked = true;
  }
  void operator()(const EventParked& p) const { control.parked[position] = p; }
  void operator()(const ParkedRetried& p) const { control.fates[p.parked] = ParkedFate::retried; }
  void operator()(const ParkedDiscarded& p) const { control.fates[p.parked] = ParkedFate::discarded; }

  void operator()(const ContactCreated&) const {}
  void operator()(const ContactChanged&) const {}
  void operator()(const ContactMergedInto&) const {}
  void operator()(const ContactUnmerged&) const {}
  void operator()(const ContactAbsorbed&) const {}
  void operator()(const ContactParted&) const {}
  void operator()(const ContactDeleted&) const {}
  void operator()(const ContactErased&) const {}
  void operator()(const VisitStarted&) const {}
  void operator()(const VisitEnded&) const {}
  void operator()(const PageViewed&) const {}
  void operator()(const ChatStarted&) const {}
  void operator()(const ChatMessage&) const {}
  void operator()(const CaseStatusChanged&) const {}
  void operator()(const NoteAdded&) const {}
  void operator()(const IdentityClaimed&) const {}
  void operator()(const IdentityReleased&) const {}
  void operator()(const CompanyCreated&) const {}
  void operator()(const CompanyChanged&) const {}
  void operator()(const CompanyDeleted&) const {}
  void operator()(const CustomEvent&) const {}
};

bool overlap(const IdsReserved& a, const IdsReserved& b) {
  return a.kind == b.kind && a.from < b.from + b.count && b.from < a.from + a.count;
}

bool is_taken(const Control& control, const TagDefined& tag) {
  for (const auto& [id, other] : control.tags) {
    if (id != tag.id && other.name == tag.name) return true;
  }
  return false;
}

bool is_taken(const Control& control, const AttributeDefined& attribute) {
  for (const auto& [id, other] : control.attributes) {
    if (id != attribute.id && other.object == attribute.object && other.key == attribute.key) return true;
  }
  return false;
}

}  // namespace

Control control_of(const Stream& stream) {
  Control control;
  for (const Entry& entry : accepted(stream)) {
    std::visit(ControlFold{control, entry.record.position}, entry.event().payload);
  }
  return control;
}

std::optional<Errc> refusal_of_control_event(const Stream& stream, const Event& event) {
  const Control control = control_of(stream);
  if (const auto* range = std::get_if<IdsReserved>(&event.payload)) {
    for (const IdsReserved& earlier : control.ranges) {
      if (overlap(*range, earlier)) return Errc::ids_overlap;
    }
  }
  if (const auto* tag = std::get_if<TagDefined>(&event.payload)) {
    if (is_taken(control, *tag)) return Errc::duplicate_record;
  }
  if (const auto* attribute = std::get_if<AttributeDefined>(&event.payload)) {
    if (is_taken(control, *attribute)) return Errc::duplicate_record;
  }
  if (const auto* key = std::get_if<KeyCreated>(&event.payload)) {
    if (control.keys.contains(key->id)) return Errc::duplicate_record;
  }
  if (const auto* log = std::get_if<LogOpened>(&event.payload)) {
    if (control.log && *control.log != *log) return Errc::duplicate_record;
  }
  return std::nullopt;
}

}  // namespace rapport::model

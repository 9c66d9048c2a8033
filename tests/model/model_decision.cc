#include "tests/model/model_decision.h"

#include <algorithm>
#include <span>

#include "tests/model/model_control.h"
#include "tests/model/model_identity.h"

namespace rapport::model {
namespace {

// Whether the event may stand where the record stands. The log holds resolved events only: under an identity, its own
// claims and releases, and those of that identity.
bool is_in_its_place(const Record& record) {
  struct Visitor {
    const Event& event;
    bool in_control;

    bool operator()(const ContactId&) const { return !in_control; }
    bool operator()(const CompanyId&) const { return !in_control; }
    bool operator()(const ControlSubject&) const { return in_control; }
    bool operator()(const Identity& subject) const {
      const auto* claim = std::get_if<IdentityClaimed>(&event.payload);
      const auto* release = std::get_if<IdentityReleased>(&event.payload);
      return !in_control && ((claim && claim->identity == subject) || (release && release->identity == subject));
    }
  };
  return std::visit(Visitor{*record.event, record.position.partition == kControlPartition}, record.event->subject);
}

// With a time of its own an event repeats one that has the same id, source and time; without one, one that has the
// same id and source and had no time either.
bool is_same_event(const Event& a, const Event& b) { return a.id == b.id && a.source == b.source && a.time == b.time; }

// With an erased contact's data went what would recognise a repeat of what came before the erasure.
std::span<const Entry> what_it_knows(const Stream& stream) {
  const Entry* erasure = first_accepted(stream, EventType::contact_erased);
  return erasure ? std::span(erasure, stream.data() + stream.size()) : std::span(stream);
}

const Entry* find_first(std::span<const Entry> stream, const Event& event) {
  for (const Entry& entry : stream) {
    if (is_same_event(entry.event(), event)) return &entry;
  }
  return nullptr;
}

Timestamp time_of(const Record& record, const Stream& stream) {
  if (record.event->time) return *record.event->time;
  Timestamp time = record.recorded_at;
  for (const Entry& entry : stream) time = std::max(time, Timestamp{entry.time.ms + 1});
  return std::min(time, kTimestampMax);
}

bool is_late(Timestamp time, const Stream& stream) {
  return std::any_of(stream.begin(), stream.end(), [&](const Entry& entry) { return time <= entry.time; });
}

std::optional<Errc> refusal_of_the_gone(const Stream& stream, EventType type) {
  if (first_accepted(stream, EventType::contact_erased)) return Errc::contact_erased;
  const bool contact_deleted = first_accepted(stream, EventType::contact_deleted) != nullptr;
  if (contact_deleted && type != EventType::contact_erased) return Errc::contact_deleted;
  if (first_accepted(stream, EventType::company_deleted)) return Errc::company_deleted;
  return std::nullopt;
}

std::optional<Errc> refusal_by_expected_version(const Stream& stream, const Event& event) {
  const bool has_version =
      std::holds_alternative<ContactId>(event.subject) || std::holds_alternative<CompanyId>(event.subject);
  if (!has_version || !event.expected_version) return std::nullopt;
  const bool as_expected =
      *event.expected_version == 0 ? !exists(stream) : *event.expected_version == version_of(stream);
  if (as_expected) return std::nullopt;
  return Errc::wrong_expected_version;
}

std::optional<Errc> refusal_by_stream_rule(const Stream& stream, const Event& event) {
  if (std::holds_alternative<Identity>(event.subject)) return refusal_of_identity_event(stream, event);
  if (std::holds_alternative<ControlSubject>(event.subject)) return refusal_of_control_event(stream, event);
  return std::nullopt;
}

std::optional<Errc> refusal_of(const Stream& stream, const Event& event) {
  if (const auto refused = refusal_of_the_gone(stream, event.type)) return refused;
  if (const auto refused = refusal_by_expected_version(stream, event)) return refused;
  return refusal_by_stream_rule(stream, event);
}

Decision repeat_of(const Entry& first, std::uint64_t version) {
  return {.outcome = Outcome::repeated,
          .first = FirstTelling{first.record.position, first.outcome(), first.refused},
          .version = version};
}

}  // namespace

Decision decide(const Record& record, Streams& streams) {
  if (!record.event || !is_in_its_place(record)) return {.outcome = Outcome::parked};
  const Event& event = *record.event;
  Stream& stream = streams[event.subject];

  if (const Entry* first = find_first(what_it_knows(stream), event)) return repeat_of(*first, version_of(stream));

  const Timestamp time = time_of(record, stream);
  const Entry entry{record, time, refusal_of(stream, event), is_late(time, stream)};
  stream.push_back(entry);
  return {.outcome = entry.outcome(), .reason = entry.refused, .version = version_of(stream)};
}

}  // namespace rapport::model

#include "projections/company_fold.h"
#include "projections/contact_fold.h"
#include "projections/contact_row.h"
#include "projections/fold_step.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"
#include "projections/ledger_row.h"
#include "projections/parked_row.h"
#include "projections/row_bytes.h"
#include "projections/store/big_endian.h"
#include "tests/projections/told.h"

namespace rapport {
namespace {

std::string yes(bool value) { return value ? "yes" : "no"; }
std::string stamp(WriteStamp at) { return at == WriteStamp{} ? "never" : told_stamp(at.time, at.offset); }

template <class T>
std::string id_or_none(const std::optional<T>& id) {
  return id ? std::to_string(id->value) : "none";
}

class RowTeller {
 public:
  void row(std::string_view key, std::string_view value) {
    const std::string subject = row_name(key).subject;
    switch (static_cast<RowKind>(key.front())) {
      case RowKind::state: return state(key[1], subject, value);
      case RowKind::timeline: return timeline(subject, key, value);
      case RowKind::visits: return visit(subject + " visit " + std::string(key.substr(9)), value);
      case RowKind::cases: return support_case(subject + " case " + std::string(key.substr(9)), value);
      case RowKind::parked: return parked(position_of_parked_key(key), value);
      case RowKind::past:     // told by states of the past
      case RowKind::seen:     // told by what becomes of repeats
      case RowKind::control:  // told by the control state of a generation opened again
      case RowKind::index:    // made again from the states
      case RowKind::meta: return;
    }
    told_["row " + std::string(key)] = "of no kind";
  }

  void control(const ControlState& c) {
    if (c.opened) told_["control log"] = to_string(c.opened->log) + " " + std::to_string(c.opened->partitions);
    for (std::size_t kind = 0; kind < c.ranges.size(); ++kind) {
      for (const auto& [from, range] : c.ranges[kind]) {
        told_["control range " + std::to_string(kind) + " " + std::to_string(from)] =
            std::to_string(range.count) + " " + range.holder;
      }
    }
    for (const auto& [id, tag] : c.tags) {
      told_["control tag " + std::to_string(id)] = told_payload(EventType::tag_defined, tag);
    }
    for (const auto& [name, id] : c.tag_by_name) told_["control tag named " + name] = std::to_string(id);
    for (const auto& [id, attribute] : c.attributes) {
      told_["control attribute " + std::to_string(id)] = told_payload(EventType::attribute_defined, attribute);
    }
    for (const auto& [id, key] : c.keys) {
      told_["control key " + id] = told_payload(EventType::key_created, key.created) + yes(key.revoked_at.has_value());
    }
    for (const auto& [position, verdict] : c.parked_verdicts) {
      told_["control fate " + position] = verdict.fate == ParkedFate::retried ? "retried" : "discarded";
    }
  }

  void record(std::size_t index, const Event* event, const Outcome& outcome) {
    std::string text(outcome_name(outcome.status));
    if (outcome.refusal != Refusal::none) text += " " + std::string(errc_name(refusal_errc(outcome.refusal)));
    if (outcome.status == OutcomeStatus::repeated) text += " first " + std::to_string(outcome.first.value);
    if (event && outcome.status != OutcomeStatus::parked &&
        (std::holds_alternative<ContactId>(event->subject) || std::holds_alternative<CompanyId>(event->subject))) {
      text += " v" + std::to_string(outcome.version);
    }
    told_["record " + std::to_string(index)] = text;
  }

  void checkpoint(Partition partition, const Checkpoint& c) {
    told_["partition " + std::to_string(partition.value)] =
        std::to_string(c.counts.accepted) + " accepted " + std::to_string(c.counts.repeated) + " repeated " +
        std::to_string(c.counts.refused) + " refused " + std::to_string(c.counts.parked) + " parked " +
        std::to_string(c.contacts) + " contacts " + std::to_string(c.companies) + " companies";
  }

  Told take() { return std::move(told_); }

 private:
  void damaged(const std::string& what, const Error& error) { told_[what] = to_string(error); }

  void state(char kind, const std::string& subject, std::string_view value) {
    switch (kind) {
      case 'c': return contact(subject, value);
      case 'o': return company(subject, value);
      case 'i': return identity(subject, value);
      case 'x': return control_ledger(subject, value);
      default: told_[subject] = "a state of no kind";
    }
  }

  void ledger(const std::string& subject, const StreamLedger& ledger) {
    for (std::size_t i = 0; i < ledger.accepted.size(); ++i) {
      if (ledger.accepted[i] == 0) continue;
      const auto type = static_cast<EventType>(i);
      const std::string name(type == EventType::custom ? "custom" : event_type_row(type).name);
      told_[subject + " accepted " + name] = std::to_string(ledger.accepted[i]);
    }
    told_[subject + " refused"] = std::to_string(ledger.refused);
  }

  template <class Map>
  void fields(const std::string& subject, const Map& fields) {
    for (const auto& [key, field] : fields) {
      told_[subject + " field " + key] = field.value.text + " at " + stamp(field.stamp);
    }
  }

  void contact(const std::string& subject, std::string_view value) {
    const auto decoded = decode_contact(value);
    if (!decoded) return damaged(subject, decoded.error());
    const ContactState& s = *decoded;
    const bool gone = s.gone != Gone::no;
    const char* existence = s.gone == Gone::erased    ? "erased"
                            : s.gone == Gone::deleted ? "deleted"
                            : s.exists                ? "present"
                                                      : "missing";
    told_[subject + " existence"] = std::string(existence) + " " + (gone ? told_time(s.gone_at) : told_time({}));
    told_[subject + " version"] = std::to_string(s.version());
    ledger(subject, s.ledger);
    registers(subject, s);
    if (s.gone == Gone::erased && encode_contact(s) == encode_contact(tombstone_of(s))) return;
    const bool any = s.ledger.accepted_count() != 0;
    told_[subject + " dates"] = "created " + (any ? told_time(s.date_created()) : told_time({})) + " updated " +
                                told_time(s.updated) + " seen " + told_time(s.first_seen) + " " +
                                told_time(s.last_seen);
    told_[subject + " counters"] = std::to_string(s.visits) + " visits, " + std::to_string(s.cases) + " cases, " +
                                   std::to_string(s.open_cases) + " open";
  }

  static ContactState tombstone_of(const ContactState& s) {
    ContactState tombstone;
    tombstone.ledger = s.ledger;
    tombstone.gone = s.gone;
    tombstone.gone_at = s.gone_at;
    return tombstone;
  }

  void registers(const std::string& subject, const ContactState& s) {
    fields(subject, s.fields);
    for (const auto& [attribute, value] : s.client) {
      told_[subject + " client " + std::to_string(static_cast<int>(attribute))] =
          value.value.text + " at " + stamp(value.stamp);
    }
    for (const auto& [tag, value] : s.tags) {
      told_[subject + " tag " + tag] = yes(value.value) + " at " + stamp(value.stamp);
    }
    if (s.company.written()) {
      told_[subject + " company"] = id_or_none(s.company.value) + " at " + stamp(s.company.stamp);
    }
    if (s.archived.written()) told_[subject + " archived"] = yes(s.archived.value) + " at " + stamp(s.archived.stamp);
    if (s.blocked.written()) {
      told_[subject + " blocked"] =
          (s.blocked.value ? "until " + told_time(s.blocked.value->until) : "no") + " at " + stamp(s.blocked.stamp);
    }
    if (s.merged_into.written()) {
      told_[subject + " merged into"] = id_or_none(s.merged_into.value) + " at " + stamp(s.merged_into.stamp);
    }
    for (const auto& [id, value] : s.absorbed) {
      told_[subject + " absorbed " + std::to_string(id.value)] = yes(value.value) + " at " + stamp(value.stamp);
    }
    for (const Identity& identity : s.identities) told_[subject + " came under " + to_string(identity)] = "yes";
  }

  void company(const std::string& subject, std::string_view value) {
    const auto s = decode_company(value);
    if (!s) return damaged(subject, s.error());
    const bool present = s->exists || s->deleted_at;
    told_[subject + " existence"] =
        std::string(present ? "present" : "missing") + " deleted " + told_time(s->deleted_at);
    told_[subject + " version"] = std::to_string(s->version());
    const bool any = s->ledger.accepted_count() != 0;
    told_[subject + " dates"] =
        "created " + (any ? told_time(s->date_created()) : told_time({})) + " updated " + told_time(s->updated);
    fields(subject, s->fields);
    ledger(subject, s->ledger);
  }

  void identity(const std::string& subject, std::string_view value) {
    const auto s = decode_identity(value);
    if (!s) return damaged(subject, s.error());
    told_[subject + " holder"] =
        s->holder ? std::to_string(s->holder->value) + " since " + told_time(s->since) : "nobody";
    ledger(subject, s->ledger);
  }

  void control_ledger(const std::string& subject, std::string_view value) {
    RowReader in(value);
    const StreamLedger read = read_ledger(in);
    if (!in.done()) return damaged(subject, {Errc::corrupt, "the control stream's row does not decode"});
    ledger(subject, read);
  }

  void timeline(const std::string& subject, std::string_view key, std::string_view value) {
    const WriteStamp at = timeline_stamp(key);
    const std::string fact = subject + " timeline " + stamp(at);
    const auto row = decode_timeline_row(at, value);
    if (!row) return damaged(fact, row.error());
    told_[fact] = told_row(*row);
  }

  void visit(const std::string& fact, std::string_view value) {
    const auto visit = decode_visit(value);
    if (!visit) return damaged(fact, visit.error());
    const auto ended = visit->ended == WriteStamp{} ? std::nullopt : std::optional(visit->ended.time);
    told_[fact] = told_time(visit->first_time) + " to " + told_time(visit->last_time) + " started " +
                  stamp(visit->started) + " ended " + told_time(ended) + " pages " + std::to_string(visit->pages);
  }

  void support_case(const std::string& fact, std::string_view value) {
    const auto c = decode_case(value);
    if (!c) return damaged(fact, c.error());
    told_[fact] = told_time(c->first_time) + " to " + told_time(c->last_time) + " started " + stamp(c->started) +
                  " agent " + stamp(c->agent) + " status " +
                  std::string(kCaseStatusNames[static_cast<std::size_t>(c->status())]) + " since " +
                  stamp(c->status_stamp()) + " messages " + std::to_string(c->messages);
  }

  void parked(LogPosition position, std::string_view value) {
    const std::string fact =
        "parked " + std::to_string(position.partition.value) + "/" + std::to_string(position.offset.value);
    const auto row = decode_parked_row(value);
    if (!row) return damaged(fact, row.error());
    told_[fact] = row->origin + " key " + row->key + " " + row->raw;
  }

  Told told_;
};

}  // namespace

Told told_by_rows(const model::History& history, std::span<const Outcome> outcomes, const View& view) {
  RowTeller teller;
  const std::vector<model::Record> records = model::records_of(history);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    teller.record(i, records[i].event ? &*records[i].event : nullptr, outcomes[i]);
  }
  Cursor cursor = view.store().cursor({}, {}, view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) teller.row(cursor.key(), cursor.value());
  teller.control(view.control());
  for (const auto& [partition, checkpoint] : view.checkpoints()) teller.checkpoint(partition, checkpoint);
  return teller.take();
}

}  // namespace rapport

#include "tests/projections/told.h"

namespace rapport {
namespace {

std::string yes(bool value) { return value ? "yes" : "no"; }

template <class T>
std::string stamp(const model::Register<T>& written) {
  return told_stamp(written.time, written.position.offset);
}

template <class T>
std::string stamp(const std::optional<model::Register<T>>& written) {
  return written ? stamp(*written) : "never";
}

Refusal refusal_of(std::optional<Errc> reason) {
  if (!reason) return Refusal::none;
  for (std::uint8_t i = 1; i <= kRefusalLast; ++i) {
    if (refusal_errc(static_cast<Refusal>(i)) == *reason) return static_cast<Refusal>(i);
  }
  panic("the oracle refused for a reason that no row has");
}

TimelineRow row_of(const model::Entry& entry) {
  const Event& event = entry.event();
  TimelineRow row;
  row.recorded_at = entry.record.recorded_at;
  row.refusal = refusal_of(entry.refused);
  row.late = entry.late;
  row.own_time = event.time.has_value();
  row.type_name = event.type_name;
  row.source = event.source;
  row.event_id = event.id;
  row.expected_version = event.expected_version;
  row.actor = event.actor;
  row.correlation_id = event.correlation_id;
  row.causation_id = event.causation_id;
  row.identity = event.identity;
  row.schema_version = event.schema_version;
  row.extensions = event.extensions;
  row.data = event.data;
  return row;
}

class ModelTeller {
 public:
  void stream(const std::string& subject, const model::Stream& timeline) {
    for (const model::Entry& entry : timeline) {
      told_[subject + " timeline " + told_stamp(entry.time, entry.record.position.offset)] = told_row(row_of(entry));
    }
  }

  void counts(const std::string& subject, const model::Stream& stream) {
    std::map<std::string, std::uint64_t> by_type;
    std::uint64_t refused = 0;
    for (const model::Entry& entry : stream) entry.refused ? ++refused : ++by_type[entry.event().type_name];
    counts(subject, by_type, refused);
  }

  // Types of publishers' own are counted as one.
  void counts(const std::string& subject, const std::map<std::string, std::uint64_t>& by_type, std::uint64_t refused) {
    std::map<std::string, std::uint64_t> known;
    for (const auto& [name, count] : by_type) {
      known[event_type_of(name) == EventType::custom ? "custom" : name] += count;
    }
    for (const auto& [name, count] : known) told_[subject + " accepted " + name] = std::to_string(count);
    told_[subject + " refused"] = std::to_string(refused);
  }

  void fields(const std::string& subject, const std::map<std::string, model::Register<JsonText>>& fields) {
    for (const auto& [key, field] : fields) told_[subject + " field " + key] = field.value.text + " at " + stamp(field);
  }

  void contact(const std::string& subject, const model::Contact& c) {
    constexpr const char* kExistence[] = {"missing", "present", "deleted", "erased"};
    told_[subject + " existence"] =
        std::string(kExistence[static_cast<int>(c.existence)]) + " " + told_time(c.gone_since);
    told_[subject + " version"] = std::to_string(c.version);
    counts(subject, c.accepted_by_type, c.refused);
    stream(subject, c.timeline);
    if (c.existence == model::Existence::erased) return;
    told_[subject + " dates"] = "created " + told_time(c.date_created) + " updated " + told_time(c.date_updated) +
                                " seen " + told_time(c.first_seen) + " " + told_time(c.last_seen);
    told_[subject + " counters"] = std::to_string(c.counters.visits) + " visits, " + std::to_string(c.counters.chats) +
                                   " cases, " + std::to_string(c.counters.open_cases) + " open";
    fields(subject, c.fields);
    for (const auto& [attribute, value] : c.client) {
      told_[subject + " client " + std::to_string(static_cast<int>(attribute))] =
          value.value.text + " at " + stamp(value);
    }
    for (const auto& [tag, value] : c.tags) told_[subject + " tag " + tag] = yes(value.value) + " at " + stamp(value);
    if (c.company) {
      told_[subject + " company"] =
          (c.company->value ? std::to_string(c.company->value->value) : "none") + " at " + stamp(*c.company);
    }
    if (c.archived) told_[subject + " archived"] = yes(c.archived->value) + " at " + stamp(*c.archived);
    if (c.blocked) {
      told_[subject + " blocked"] =
          (c.blocked->value ? "until " + told_time(c.blocked->value->until) : "no") + " at " + stamp(*c.blocked);
    }
    if (c.merged_into) {
      told_[subject + " merged into"] = (c.merged_into->value ? std::to_string(c.merged_into->value->value) : "none") +
                                        " at " + stamp(*c.merged_into);
    }
    for (const auto& [id, value] : c.absorbed) {
      told_[subject + " absorbed " + std::to_string(id.value)] = yes(value.value) + " at " + stamp(value);
    }
    for (const Identity& identity : c.identities) told_[subject + " came under " + to_string(identity)] = "yes";
    for (const auto& [id, visit] : c.visits) {
      told_[subject + " visit " + id] = told_time(visit.first) + " to " + told_time(visit.last) + " started " +
                                        stamp(visit.started) + " ended " + told_time(visit.ended) + " pages " +
                                        std::to_string(visit.pages);
    }
    for (const auto& [id, chat_case] : c.cases) {
      told_[subject + " case " + id] =
          told_time(chat_case.first) + " to " + told_time(chat_case.last) + " started " + stamp(chat_case.started) +
          " agent " + stamp(chat_case.agent) + " status " +
          std::string(kCaseStatusNames[static_cast<std::size_t>(chat_case.current_status())]) + " since " +
          stamp(chat_case.status) + " messages " + std::to_string(chat_case.messages);
    }
  }

  void company(const std::string& subject, const model::Company& c) {
    told_[subject + " existence"] = std::string(c.existence == model::Existence::missing ? "missing" : "present") +
                                    " deleted " + told_time(c.gone_since);
    told_[subject + " version"] = std::to_string(c.version);
    told_[subject + " dates"] = "created " + told_time(c.date_created) + " updated " + told_time(c.date_updated);
    fields(subject, c.fields);
    counts(subject, c.timeline);
    stream(subject, c.timeline);
  }

  void identity(const std::string& subject, const model::Stream& in_log_order) {
    std::string held = "nobody";
    std::optional<ContactId> holder;
    for (const model::Entry& entry : model::accepted(in_log_order)) {
      if (const auto* claim = std::get_if<IdentityClaimed>(&entry.event().payload)) {
        if (!holder) held = std::to_string(claim->contact.value) + " since " + told_time(entry.time);
        holder = claim->contact;
      } else {
        holder.reset();
        held = "nobody";
      }
    }
    told_[subject + " holder"] = held;
    counts(subject, in_log_order);
    stream(subject, in_log_order);
  }

  void control(const model::Control& c) {
    if (c.log) told_["control log"] = to_string(c.log->log) + " " + std::to_string(c.log->partitions);
    for (const IdsReserved& range : c.ranges) {
      told_["control range " + std::to_string(static_cast<int>(range.kind)) + " " + std::to_string(range.from)] =
          std::to_string(range.count) + " " + range.holder;
    }
    for (const auto& [id, tag] : c.tags) {
      told_["control tag " + std::to_string(id)] = told_payload(EventType::tag_defined, tag);
      told_["control tag named " + tag.name] = std::to_string(id);
    }
    for (const auto& [id, attribute] : c.attributes) {
      told_["control attribute " + std::to_string(id)] = told_payload(EventType::attribute_defined, attribute);
    }
    for (const auto& [id, key] : c.keys) {
      told_["control key " + id] = told_payload(EventType::key_created, key.created) + yes(key.revoked);
    }
    for (const auto& [position, fate] : c.fates) {
      told_["control fate " + position] = fate == model::ParkedFate::retried ? "retried" : "discarded";
    }
    for (const auto& [position, parked] : c.parked) {
      told_["parked -1/" + std::to_string(position.offset.value)] = parked.origin + " key  " + parked.raw;
    }
  }

  void record(std::size_t index, const NewRecord& record, LogPosition position, const model::Decision& decision,
              bool has_version) {
    constexpr const char* kOutcome[] = {"accepted", "repeated", "refused", "parked"};
    std::string text = kOutcome[static_cast<int>(decision.outcome)];
    const auto reason = decision.first ? decision.first->reason : decision.reason;
    if (reason) text += " " + std::string(errc_name(*reason));
    if (decision.first) text += " first " + std::to_string(decision.first->position.offset.value);
    if (has_version) text += " v" + std::to_string(decision.version);
    told_["record " + std::to_string(index)] = text;
    if (decision.outcome == model::Outcome::parked) {
      told_["parked " + std::to_string(position.partition.value) + "/" + std::to_string(position.offset.value)] =
          " key " + record.key + " " + record.value;
    }
  }

  void checkpoint(Partition partition, const model::OutcomeCounts& c, std::size_t contacts, std::size_t companies) {
    told_["partition " + std::to_string(partition.value)] =
        std::to_string(c.accepted) + " accepted " + std::to_string(c.repeated) + " repeated " +
        std::to_string(c.refused) + " refused " + std::to_string(c.parked) + " parked " + std::to_string(contacts) +
        " contacts " + std::to_string(companies) + " companies";
  }

  Told take() { return std::move(told_); }

 private:
  Told told_;
};

}  // namespace

Told told_by_model(const model::History& history, const model::Model& model) {
  ModelTeller teller;
  const std::vector<model::Record> records = model::records_of(history);
  for (std::size_t i = 0; i < history.size(); ++i) {
    const auto& event = records[i].event;
    const bool has_version =
        event && model.decisions[i].outcome != model::Outcome::parked &&
        (std::holds_alternative<ContactId>(event->subject) || std::holds_alternative<CompanyId>(event->subject));
    teller.record(i, history[i], records[i].position, model.decisions[i], has_version);
  }
  std::map<Partition, std::size_t> contacts, companies;
  for (const auto& [id, contact] : model.contacts) {
    const std::string subject = to_string(Subject{id});
    teller.contact(subject, contact);
    if (contact.existence == model::Existence::present) ++contacts[model::partition_of_key(subject, kPartitions)];
  }
  for (const auto& [id, company] : model.companies) {
    const std::string subject = to_string(Subject{id});
    teller.company(subject, company);
    if (company.existence == model::Existence::present) ++companies[model::partition_of_key(subject, kPartitions)];
  }
  for (const auto& [id, stream] : model.identity_streams) teller.identity(to_string(Subject{id}), stream);
  teller.control(model.control);
  if (!model.control_stream.empty()) {
    const std::string subject = to_string(Subject{ControlSubject{}});
    teller.counts(subject, model.control_stream);
    teller.stream(subject, model.control_stream);
  }
  for (const auto& [partition, counts] : model.counts) {
    teller.checkpoint(partition, counts, contacts[partition], companies[partition]);
  }
  return teller.take();
}

}  // namespace rapport

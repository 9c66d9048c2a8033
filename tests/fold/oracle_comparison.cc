#include "tests/fold/oracle_comparison.h"

#include <gtest/gtest.h>

#include "projections/company_fold.h"
#include "projections/contact_fold.h"
#include "projections/contact_row.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

template <class T>
std::string shown(const T& value) {
  return testing::PrintToString(value);
}
std::string shown(const std::string& text) { return text; }
std::string shown(Timestamp time) { return std::to_string(time.ms); }
std::string shown(const std::optional<Timestamp>& time) { return time ? shown(*time) : "none"; }
std::string shown(Offset offset) { return std::to_string(offset.value); }

class Comparison {
 public:
  explicit Comparison(const View& view) : view_(view) {}

  template <class A, class B>
  void same(const std::string& what, const A& expected, const B& found) {
    if (!(expected == found))
      lines_.push_back(where_ + what + ": expected " + shown(expected) + ", found " + shown(found));
  }
  void at(std::string where) { where_ = std::move(where) + " "; }

  std::optional<std::string> row(const std::string& key) const {
    const auto found = view_.store().get(key, view_.at());
    EXPECT_TRUE(found) << to_string(found.error());
    return *found;
  }

  // Every row whose key begins with `prefix`.
  std::vector<std::pair<std::string, std::string>> rows(const std::string& prefix) const {
    std::vector<std::pair<std::string, std::string>> out;
    Cursor cursor = view_.store().cursor(prefix, prefix_end(prefix), view_.at());
    for (cursor.seek_first(); cursor.valid(); cursor.next()) out.emplace_back(cursor.key(), cursor.value());
    return out;
  }

  void contact(ContactId id, const model::Contact& expected);
  void company(CompanyId id, const model::Company& expected);
  void identity(const Identity& id, std::optional<ContactId> holder);
  void control(const model::Control& expected);
  void digests();
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  template <class T>
  void same_register(const std::string& name, const std::optional<model::Register<T>>& expected,
                     const Register<T>& found) {
    same(name + " written", expected.has_value(), found.written());
    if (!expected || !found.written()) return;
    same(name + " value", true, expected->value == found.value);
    same(name + " time", expected->time, found.stamp.time);
    same(name + " offset", expected->position.offset, found.stamp.offset);
  }
  template <class Expected, class Found>
  void same_registers(const std::string& name, const Expected& expected, const Found& found) {
    same(name + " count", expected.size(), found.size());
    for (const auto& [key, written] : expected) {
      const auto mine = found.find(key);
      if (mine == found.end()) {
        lines_.push_back(where_ + name + " lacks " + testing::PrintToString(key));
      } else {
        same_register(name, std::optional(written), mine->second);
      }
    }
  }
  template <class T>
  void same_stamp(const std::string& name, const std::optional<model::Register<T>>& expected, WriteStamp found) {
    same(name,
         expected ? std::pair(expected->time.ms, expected->position.offset.value)
                  : std::pair(WriteStamp{}.time.ms, WriteStamp{}.offset.value),
         std::pair(found.time.ms, found.offset.value));
  }
  void timeline(const std::string& stream, const model::Stream& expected, Digest sum);
  void visits(ContactId id, const model::Contact& expected);
  void cases(ContactId id, const model::Contact& expected);

  const View& view_;
  std::string where_;
  std::vector<std::string> lines_;
};

model::Existence existence_of(const ContactState& state) {
  if (state.gone == Gone::erased) return model::Existence::erased;
  if (state.gone == Gone::deleted) return model::Existence::deleted;
  return state.exists ? model::Existence::present : model::Existence::missing;
}

void Comparison::timeline(const std::string& stream, const model::Stream& expected, Digest sum) {
  const auto found = rows(timeline_prefix(stream));
  same("timeline rows", expected.size(), found.size());
  Digest total;
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
    const model::Entry& entry = expected[i];
    const auto row = decode_timeline_row(timeline_stamp(found[i].first), found[i].second);
    ASSERT_TRUE(row) << to_string(row.error());
    const std::string name = "timeline " + std::to_string(i) + " ";
    same(name + "time", entry.time, row->stamp.time);
    same(name + "offset", entry.record.position.offset, row->stamp.offset);
    same(name + "id", entry.event().id, row->event_id);
    same(name + "source", entry.event().source, row->source);
    same(name + "type", entry.event().type_name, row->type_name);
    same(name + "data", entry.event().data, row->data);
    same(name + "refused", entry.refused.has_value(), row->refusal != Refusal::none);
    if (entry.refused) same(name + "reason", errc_name(*entry.refused), errc_name(refusal_errc(row->refusal)));
    same(name + "actor", entry.event().actor.value_or(""), row->actor.value_or(""));
    same(name + "identity", true, entry.event().identity == row->identity);
    total += timeline_row_digest(stream, *row);
  }
  same("timeline sum", to_string(total), to_string(sum));
}

void Comparison::visits(ContactId id, const model::Contact& expected) {
  const std::string prefix = visit_key(id, "");
  const auto found = rows(prefix);
  same("visits", expected.visits.size(), found.size());
  for (const auto& [key, value] : found) {
    const std::string name = key.substr(prefix.size());
    const auto wanted = expected.visits.find(name);
    if (wanted == expected.visits.end()) {
      lines_.push_back(where_ + "visit too many: " + name);
      continue;
    }
    const Visit visit = *decode_visit(value);
    same("visit first", std::optional(wanted->second.first), visit.first_time);
    same("visit last", std::optional(wanted->second.last), visit.last_time);
    same("visit pages", wanted->second.pages, visit.pages);
    same_stamp("visit started", wanted->second.started, visit.started);
    same("visit ended", wanted->second.ended.value_or(WriteStamp{}.time), visit.ended.time);
  }
}

void Comparison::cases(ContactId id, const model::Contact& expected) {
  const std::string prefix = case_key(id, "");
  const auto found = rows(prefix);
  same("cases", expected.cases.size(), found.size());
  for (const auto& [key, value] : found) {
    const std::string name = key.substr(prefix.size());
    const auto wanted = expected.cases.find(name);
    if (wanted == expected.cases.end()) {
      lines_.push_back(where_ + "case too many: " + name);
      continue;
    }
    const Case one = *decode_case(value);
    same("case first", std::optional(wanted->second.first), one.first_time);
    same("case last", std::optional(wanted->second.last), one.last_time);
    same("case messages", wanted->second.messages, one.messages);
    same("case status", wanted->second.current_status(), one.status());
    same_stamp("case started", wanted->second.started, one.started);
    same_stamp("case status since", wanted->second.status, one.status_stamp());
    same_stamp("case agent", wanted->second.agent, one.agent);
  }
}

void Comparison::contact(ContactId id, const model::Contact& expected) {
  at(to_string(Subject{id}));
  const auto bytes = row(state_key(stream_key(id)));
  ContactState state;
  if (bytes) {
    auto decoded = decode_contact(*bytes);
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    state = *std::move(decoded);
    same("row round trip", *bytes, encode_contact(state));
  }
  same("existence", static_cast<int>(expected.existence), static_cast<int>(existence_of(state)));
  same("version", expected.version, state.version());
  if (state.gone != Gone::no) same("gone since", expected.gone_since, std::optional(state.gone_at));
  if (expected.date_created) same("created", *expected.date_created, state.date_created());
  same("updated", expected.date_updated, state.updated);
  same("first seen", expected.first_seen, state.first_seen);
  same("last seen", expected.last_seen, state.last_seen);
  same_registers("fields", expected.fields, state.fields);
  same_registers("client", expected.client, state.client);
  same_registers("tags", expected.tags, state.tags);
  same_registers("absorbed", expected.absorbed, state.absorbed);
  same_register("company", expected.company, state.company);
  same_register("archived", expected.archived, state.archived);
  same_register("blocked", expected.blocked, state.blocked);
  same_register("merged into", expected.merged_into, state.merged_into);
  if (expected.existence == model::Existence::present) {
    same("identities", expected.identities, std::set<Identity>(state.identities.begin(), state.identities.end()));
  }
  if (expected.existence == model::Existence::erased) {
    for (const auto& [type_name, count] : expected.erased_counts) {
      const EventType type = event_type_of(type_name);
      if (type != EventType::custom) same("erased " + type_name, count, state.ledger.accepted_count(type));
    }
  } else {
    same("events", expected.counters.events, state.ledger.accepted_count());
    same("messages", expected.counters.messages, state.ledger.accepted_count(EventType::chat_message));
    timeline(stream_key(id), expected.timeline, state.ledger.timeline_sum);
  }
  same("visits", expected.counters.visits, state.visits);
  same("chats", expected.counters.chats, state.cases);
  same("open cases", expected.counters.open_cases, state.open_cases);
  visits(id, expected);
  cases(id, expected);
}

void Comparison::company(CompanyId id, const model::Company& expected) {
  at(to_string(Subject{id}));
  const auto bytes = row(state_key(stream_key(Subject{id})));
  CompanyState state;
  if (bytes) state = *decode_company(*bytes);
  same("exists", expected.existence != model::Existence::missing, state.exists || state.deleted_at.has_value());
  same("deleted", expected.gone_since, state.deleted_at);
  same("version", expected.version, state.version());
  if (expected.date_created) same("created", *expected.date_created, state.date_created());
  same("updated", expected.date_updated, state.updated);
  same_registers("fields", expected.fields, state.fields);
  timeline(stream_key(Subject{id}), expected.timeline, state.ledger.timeline_sum);
}

void Comparison::identity(const Identity& id, std::optional<ContactId> holder) {
  at("identity/" + to_string(id));
  const auto bytes = row(state_key(stream_key(Subject{id})));
  std::optional<ContactId> found;
  if (bytes) found = decode_identity(*bytes)->holder;
  same("holder", holder ? holder->value : 0, found ? found->value : 0);
}

void Comparison::control(const model::Control& expected) {
  at("control");
  const ControlState& found = view_.control();
  same("log", true, expected.log == found.opened);
  same("tags", true, expected.tags == found.tags);
  same("attributes", true, expected.attributes == found.attributes);
  same("keys", expected.keys.size(), found.keys.size());
  for (const auto& [id, key] : expected.keys) {
    const auto mine = found.keys.find(id);
    same("key " + id, true,
         mine != found.keys.end() && mine->second.created == key.created &&
             mine->second.revoked_at.has_value() == key.revoked);
  }
  std::size_t ranges = 0;
  for (const auto& of_kind : found.ranges) ranges += of_kind.size();
  same("ranges", expected.ranges.size(), ranges);
  for (const IdsReserved& range : expected.ranges) {
    const IdRange* mine = found.range_of(range.kind, range.from);
    same("range", true, mine != nullptr && *mine == IdRange{range.from, range.count, range.holder});
  }
  same("fates", expected.fates.size(), found.parked_fates.size());
  for (const auto& [position, fate] : expected.fates) {
    const auto mine = found.parked_fates.find(position);
    same("fate", true, mine != found.parked_fates.end() && static_cast<int>(mine->second) == static_cast<int>(fate));
  }
}

// What a generation sums up step by step is the sum over its rows.
void Comparison::digests() {
  at("digest");
  Digest total;
  std::uint64_t contacts = 0, companies = 0;
  for (const auto& [key, value] : rows("Sc")) {
    const ContactState state = *decode_contact(value);
    total += contact_digest(contact_of_state_key(key), state);
    contacts += state.is_live();
  }
  for (const auto& [key, value] : rows("So")) {
    const CompanyState state = *decode_company(value);
    total += company_digest(CompanyId{contact_of_state_key(key).value}, state);
    companies += state.is_live();
  }
  for (const auto& [key, value] : rows("Si")) {
    // The identity is in the key; its name is read back through the key's own reader.
    const auto subject = parse_subject(row_name(key).subject);
    ASSERT_TRUE(subject) << row_name(key).subject;
    total += identity_digest(std::get<Identity>(*subject), *decode_identity(value));
  }
  same("of the rows", to_string(total), to_string(total_digest(view_.checkpoints())));
  std::uint64_t counted_contacts = 0, counted_companies = 0;
  for (const auto& [partition, checkpoint] : view_.checkpoints()) {
    counted_contacts += checkpoint.contacts;
    counted_companies += checkpoint.companies;
  }
  same("contacts", contacts, counted_contacts);
  same("companies", companies, counted_companies);
}

}  // namespace

std::vector<std::string> disagreements(const model::Model& expected, const View& view) {
  Comparison comparison(view);
  for (const auto& [id, contact] : expected.contacts) comparison.contact(id, contact);
  for (const auto& [id, company] : expected.companies) comparison.company(id, company);
  for (const auto& [identity, stream] : expected.identity_streams) {
    const auto holder = expected.holders.find(identity);
    comparison.identity(identity, holder == expected.holders.end() ? std::nullopt : std::optional(holder->second));
  }
  comparison.control(expected.control);
  comparison.digests();
  comparison.at("counts");
  for (const auto& [partition, counts] : expected.counts) {
    const auto found = view.checkpoints().find(partition);
    const OutcomeCounts mine = found == view.checkpoints().end() ? OutcomeCounts{} : found->second.counts;
    comparison.same("accepted", counts.accepted, mine.accepted);
    comparison.same("repeated", counts.repeated, mine.repeated);
    comparison.same("refused", counts.refused, mine.refused);
    comparison.same("parked", counts.parked, mine.parked);
  }
  return comparison.take();
}

std::vector<std::string> disagreements(const model::Model& expected, const std::vector<Outcome>& outcomes) {
  std::vector<std::string> lines;
  const auto text = [](auto status, std::string_view reason, std::uint64_t version, Offset first) {
    return std::to_string(static_cast<int>(status)) + " " + std::string(reason) + " v" + std::to_string(version) +
           " first " + std::to_string(first.value);
  };
  for (std::size_t i = 0; i < expected.decisions.size(); ++i) {
    const model::Decision& decision = expected.decisions[i];
    const auto reason = decision.first ? decision.first->reason : decision.reason;
    const bool repeated = decision.outcome == model::Outcome::repeated;
    const Outcome& mine = outcomes.at(i);
    // Identities and the control stream have no version; the fold counts what it accepted there.
    const bool versioned = decision.version != 0;
    const std::string wanted = text(decision.outcome, reason ? errc_name(*reason) : "", decision.version,
                                    repeated ? decision.first->position.offset : Offset{});
    const std::string found =
        text(mine.status, mine.refusal == Refusal::none ? "" : errc_name(refusal_errc(mine.refusal)), versioned ? mine.version : 0,
             mine.status == OutcomeStatus::repeated ? mine.first : Offset{});
    if (wanted != found) lines.push_back("record " + std::to_string(i) + ": expected " + wanted + ", found " + found);
  }
  return lines;
}

}  // namespace rapport

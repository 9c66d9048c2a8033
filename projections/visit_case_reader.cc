#include "projections/visit_case_reader.h"

#include <algorithm>

#include "events/event_decoder.h"
#include "projections/key_layout.h"
#include "projections/timeline_row.h"

namespace rapport {
namespace {

// What the contact's events said, at the stamps that visits and cases keep.
class Sayings {
 public:
  Sayings(const View& view, ContactId contact) : view_(view), stream_(stream_key(contact)) {}

  // Absent: no event is meant, or its data is destroyed.
  Result<std::optional<Payload>> at(WriteStamp stamp) {
    if (stamp == WriteStamp{}) return std::optional<Payload>();
    const auto value = view_.store().get(timeline_key(stream_, stamp), view_.at());
    if (!value) return value.error();
    if (!*value) return Error{Errc::corrupt, "a visit or case refers to a timeline row that is not there"};
    const auto row = decode_timeline_row(stamp, **value);
    if (!row) return row.error();
    if (row->data.empty()) return std::optional<Payload>();
    auto payload = decoder_.decode_payload(row->type, row->schema_version, row->data);
    if (!payload) return Error{Errc::corrupt, "a timeline row's data does not decode: " + to_string(payload.error())};
    return std::optional(*std::move(payload));
  }

 private:
  const View& view_;
  const std::string stream_;
  EventDecoder decoder_;
};

std::optional<std::string> agent_named_by(const Payload& payload) {
  if (const auto* chat = std::get_if<ChatStarted>(&payload)) return chat->agent_id;
  if (const auto* status = std::get_if<CaseStatusChanged>(&payload)) return status->agent_id;
  return std::nullopt;
}

Result<ListedVisit> with_details(Sayings& sayings, std::string id, const Visit& visit) {
  ListedVisit listed{std::move(id), visit, {}};
  auto said = sayings.at(visit.started);
  if (!said) return said.error();
  if (*said) {
    if (auto* started = std::get_if<VisitStarted>(&**said)) listed.details = std::move(started->visit);
  }
  return listed;
}

Result<ListedCase> with_details(Sayings& sayings, std::string id, const Case& support_case) {
  ListedCase listed{std::move(id), support_case, {}, {}, {}};
  auto started = sayings.at(support_case.started);
  if (!started) return started.error();
  if (*started) {
    if (auto* chat = std::get_if<ChatStarted>(&**started)) listed.started = std::move(*chat);
  }
  const auto agent = sayings.at(support_case.agent);
  if (!agent) return agent.error();
  if (*agent) listed.agent_id = agent_named_by(**agent);
  if (support_case.status() != CaseStatus::closed) return listed;
  const auto closed = sayings.at(support_case.status_stamp());
  if (!closed) return closed.error();
  if (*closed) {
    if (const auto* status = std::get_if<CaseStatusChanged>(&**closed)) listed.closing_state = status->closing_state;
  }
  return listed;
}

// The newest `limit` of the rows that start with `prefix`, an id behind it.
template <class Listed, class Entry>
Result<std::vector<Listed>> list_newest(const View& view, ContactId contact, const std::string& prefix,
                                        Result<Entry> (*decode)(std::string_view), std::size_t limit) {
  std::vector<std::pair<std::string, Entry>> entries;
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto entry = decode(cursor.value());
    if (!entry) return entry.error();
    entries.emplace_back(cursor.key().substr(prefix.size()), *entry);
  }
  RAPPORT_TRY(cursor.status());
  const auto shown = entries.begin() + static_cast<std::ptrdiff_t>(std::min(limit, entries.size()));
  std::partial_sort(entries.begin(), shown, entries.end(), [](const auto& a, const auto& b) {
    return std::tie(b.second.last_time, a.first) < std::tie(a.second.last_time, b.first);
  });

  std::vector<Listed> out;
  Sayings sayings(view, contact);
  for (auto entry = entries.begin(); entry != shown; ++entry) {
    auto listed = with_details(sayings, std::move(entry->first), entry->second);
    if (!listed) return listed.error();
    out.push_back(*std::move(listed));
  }
  return out;
}

template <class Listed, class Entry>
Result<std::optional<Listed>> read_one(const View& view, ContactId contact, const std::string& key, std::string_view id,
                                       Result<Entry> (*decode)(std::string_view)) {
  const auto row = view.store().get(key, view.at());
  if (!row) return row.error();
  if (!*row) return std::optional<Listed>();
  const auto entry = decode(**row);
  if (!entry) return entry.error();
  Sayings sayings(view, contact);
  auto listed = with_details(sayings, std::string(id), *entry);
  if (!listed) return listed.error();
  return std::optional(*std::move(listed));
}

}  // namespace

Result<std::vector<ListedVisit>> list_visits(const View& view, ContactId contact, std::size_t limit) {
  return list_newest<ListedVisit, Visit>(view, contact, visit_key(contact, ""), decode_visit, limit);
}

Result<std::vector<ListedCase>> list_cases(const View& view, ContactId contact, std::size_t limit) {
  return list_newest<ListedCase, Case>(view, contact, case_key(contact, ""), decode_case, limit);
}

Result<VisitEnds> read_visit_ends(const View& view, ContactId contact) {
  std::optional<std::pair<std::string, Visit>> first, last;
  const std::string prefix = visit_key(contact, "");
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto visit = decode_visit(cursor.value());
    if (!visit) return visit.error();
    const std::pair<std::string, Visit> named{cursor.key().substr(prefix.size()), *visit};
    if (!first || visit->first_time < first->second.first_time) first = named;
    if (!last || !(visit->first_time < last->second.first_time)) last = named;
  }
  RAPPORT_TRY(cursor.status());
  VisitEnds ends;
  if (!first) return ends;
  Sayings sayings(view, contact);
  auto told = with_details(sayings, std::move(first->first), first->second);
  if (!told) return told.error();
  ends.first = *std::move(told);
  told = with_details(sayings, std::move(last->first), last->second);
  if (!told) return told.error();
  ends.last = *std::move(told);
  return ends;
}

Result<void> walk_cases(const View& view, const EachCase& each) {
  const std::string prefix(1, static_cast<char>(RowKind::cases));
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto [contact, id] = name_of_case_key(cursor.key());
    const auto go_on = each(contact, id);
    if (!go_on) return go_on.error();
    if (!*go_on) return {};
  }
  return cursor.status();
}

Result<std::optional<ListedVisit>> read_visit(const View& view, ContactId contact, std::string_view id) {
  return read_one<ListedVisit, Visit>(view, contact, visit_key(contact, id), id, decode_visit);
}

Result<std::optional<ListedCase>> read_case(const View& view, ContactId contact, std::string_view id) {
  return read_one<ListedCase, Case>(view, contact, case_key(contact, id), id, decode_case);
}

}  // namespace rapport

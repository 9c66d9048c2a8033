#include "projections/contact_history.h"

#include <algorithm>
#include <functional>
#include <map>

#include "projections/contact_paths.h"
#include "projections/contact_reader.h"
#include "projections/contact_refold.h"
#include "projections/key_layout.h"
#include "projections/timeline_writes.h"

namespace rapport {
namespace {

// What an accepted event may have changed, flags and identities included.
Result<std::vector<std::string>> paths_written(EventDecoder& decoder, const TimelineRow& row) {
  std::vector<std::string> paths;
  if (row.refusal != Refusal::none) return paths;
  auto writes = writes_of(decoder, row);
  if (!writes) return writes.error();
  for (RegisterWrite& write : *writes) paths.push_back(std::move(write.path));
  if (row.type == EventType::contact_deleted) paths.emplace_back("deleted");
  if (row.identity) paths.push_back(identity_path(*row.identity));
  return paths;
}

struct Causes {
  std::vector<TimelineRow> told;
  std::uint64_t count = 0;
};

void add_cause(Causes& causes, const TimelineRow& row) {
  ++causes.count;
  if (causes.told.size() == kDiffCausesMax) return;
  causes.told.push_back(row);
  causes.told.back().data.clear();
}

std::vector<ContactChange> changes_between(const ContactState& from, const ContactState& to,
                                           std::map<std::string, Causes>& causes) {
  const std::map<std::string, JsonText> before = values_by_path(from), after = values_by_path(to);
  const auto value_in = [](const std::map<std::string, JsonText>& values, const std::string& path) {
    const auto found = values.find(path);
    return found == values.end() ? JsonText{"null"} : found->second;
  };
  std::vector<ContactChange> out;
  for (auto& [path, cause] : causes) {
    ContactChange change{.path = path, .old_value = value_in(before, path), .new_value = value_in(after, path)};
    if (change.old_value == change.new_value) continue;
    change.causes = std::move(cause.told);
    change.cause_count = cause.count;
    out.push_back(std::move(change));
  }
  return out;
}

Result<void> refold_row(ContactRefold& refold, EventDecoder& decoder, WriteStamp at, std::string_view bytes) {
  const auto row = decode_timeline_row(at, bytes);
  if (!row) return row.error();
  return refold.add(decoder, *row);
}

bool is_erased(const std::optional<ContactState>& state) { return state && state->gone == Gone::erased; }

}  // namespace

Result<std::optional<ContactState>> read_contact_at(const View& view, ContactId id, Moment moment) {
  auto now = read_contact(view, id);
  if (!now || !*now || is_erased(*now) || moment == Moment::now()) return now;
  const auto interval = past_interval(view, id, moment, moment);
  if (!interval) return interval.error();
  ContactRefold refold(view, id, interval->before);
  EventDecoder decoder;
  bool any = interval->before.has_value();
  RAPPORT_TRY(walk_past(view, id, *interval, moment, moment, [&](WriteStamp at, std::string_view bytes) {
    any = true;
    return refold_row(refold, decoder, at, bytes);
  }));
  return any ? std::optional(refold.take()) : std::nullopt;
}

Result<std::optional<Moment>> moment_of_version(const View& view, ContactId id, std::uint64_t version) {
  if (version == 0) return std::optional(Moment::after_record(Offset{-1}));
  const auto interval = past_interval_of_version(view, id, version);
  if (!interval) return interval.error();
  const Moment limit = interval->after ? Moment::after_record(interval->after->offset) : Moment::now();
  std::vector<Offset> offsets;
  RAPPORT_TRY(walk_past(view, id, *interval, limit, limit, [&](WriteStamp at, std::string_view bytes) -> Result<void> {
    const auto row = decode_timeline_row(at, bytes);
    if (!row) return row.error();
    if (row->refusal == Refusal::none && counts_as_version(row->type)) offsets.push_back(at.offset);
    return {};
  }));
  const std::uint64_t before = interval->before ? interval->before->state.version() : 0;
  if (offsets.size() < version - before) return std::optional<Moment>();
  const auto nth = offsets.begin() + static_cast<std::ptrdiff_t>(version - before - 1);
  std::nth_element(offsets.begin(), nth, offsets.end());
  return std::optional(Moment::after_record(*nth));
}

Result<ContactDiff> diff_contact(const View& view, ContactId id, Moment from, Moment to) {
  ContactDiff diff;
  const auto now = read_contact(view, id);
  if (!now) return now.error();
  if (is_erased(*now)) return diff;
  const auto interval = past_interval(view, id, from, to);
  if (!interval) return interval.error();
  ContactRefold before(view, id, interval->before), after(view, id, interval->before);
  EventDecoder decoder;
  std::map<std::string, Causes> causes;
  const auto walked =
      walk_past(view, id, *interval, from, to, [&](WriteStamp at, std::string_view bytes) -> Result<void> {
        const auto row = decode_timeline_row(at, bytes);
        if (!row) return row.error();
        const bool in_from = from.covers(at), in_to = to.covers(at);
        if (in_from) RAPPORT_TRY(before.add(decoder, *row));
        if (in_to) RAPPORT_TRY(after.add(decoder, *row));
        if (in_from == in_to) return {};
        ++diff.event_count;
        const auto paths = paths_written(decoder, *row);
        if (!paths) return paths.error();
        for (const std::string& path : *paths) add_cause(causes[path], *row);
        return {};
      });
  if (!walked) return walked.error();
  diff.changes = changes_between(before.state(), after.state(), causes);
  return diff;
}

}  // namespace rapport

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

// The timeline rows that one of the moments covers, newest first.
Result<void> walk(const View& view, ContactId id, Moment one, Moment other,
                  const std::function<Result<void>(const TimelineRow&)>& each) {
  const std::string stream = stream_key(id);
  const Timestamp latest = std::max(one.time_max, other.time_max);
  const std::string to =
      latest < kTimestampMax ? timeline_key_at(stream, Timestamp{latest.ms + 1}) : prefix_end(timeline_prefix(stream));
  Cursor cursor = view.store().cursor(timeline_prefix(stream), to, view.at());
  for (cursor.seek_last(); cursor.valid(); cursor.prev()) {
    const WriteStamp at = timeline_stamp(cursor.key());
    if (!one.covers(at) && !other.covers(at)) continue;
    const auto row = decode_timeline_row(at, cursor.value());
    if (!row) return row.error();
    RAPPORT_TRY(each(*row));
  }
  return cursor.status();
}

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

bool is_erased(const std::optional<ContactState>& state) { return state && state->gone == Gone::erased; }

}  // namespace

Result<std::optional<ContactState>> read_contact_at(const View& view, ContactId id, Moment moment) {
  auto now = read_contact(view, id);
  if (!now || !*now || is_erased(*now) || moment == Moment::now()) return now;
  ContactRefold refold(id);
  EventDecoder decoder;
  bool any = false;
  RAPPORT_TRY(walk(view, id, moment, moment, [&](const TimelineRow& row) {
    any = true;
    return refold.add(decoder, row);
  }));
  return any ? std::optional(refold.take()) : std::nullopt;
}

Result<std::optional<Moment>> moment_of_version(const View& view, ContactId id, std::uint64_t version) {
  if (version == 0) return std::optional(Moment::after_record(Offset{-1}));
  std::vector<Offset> offsets;
  RAPPORT_TRY(walk(view, id, Moment::now(), Moment::now(), [&](const TimelineRow& row) -> Result<void> {
    if (row.refusal == Refusal::none && counts_as_version(row.type)) offsets.push_back(row.stamp.offset);
    return {};
  }));
  if (offsets.size() < version) return std::optional<Moment>();
  const auto nth = offsets.begin() + static_cast<std::ptrdiff_t>(version - 1);
  std::nth_element(offsets.begin(), nth, offsets.end());
  return std::optional(Moment::after_record(*nth));
}

Result<ContactDiff> diff_contact(const View& view, ContactId id, Moment from, Moment to) {
  ContactDiff diff;
  const auto now = read_contact(view, id);
  if (!now) return now.error();
  if (is_erased(*now)) return diff;
  ContactRefold before(id), after(id);
  EventDecoder decoder;
  std::map<std::string, Causes> causes;
  const auto walked = walk(view, id, from, to, [&](const TimelineRow& row) -> Result<void> {
    const bool in_from = from.covers(row.stamp), in_to = to.covers(row.stamp);
    if (in_from) RAPPORT_TRY(before.add(decoder, row));
    if (in_to) RAPPORT_TRY(after.add(decoder, row));
    if (in_from == in_to) return {};
    ++diff.event_count;
    const auto paths = paths_written(decoder, row);
    if (!paths) return paths.error();
    for (const std::string& path : *paths) add_cause(causes[path], row);
    return {};
  });
  if (!walked) return walked.error();
  diff.changes = changes_between(before.state(), after.state(), causes);
  return diff;
}

}  // namespace rapport

#include "engine/revert/revert_step.h"

#include <algorithm>
#include <future>

#include "engine/publish/own_events.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kFoldPatience{60};
// Of one partition that may move: whoever has it then folds the rest.
constexpr std::chrono::seconds kPartitionFoldPatience{20};
constexpr std::size_t kEventsPerCall = 1'000;

bool has_something_to_tell(const RevertedContact& contact) {
  return contact.created || contact.gone || contact.refused || !contact.changes.empty() || !contact.conflicts.empty();
}

// What this revert wrote to a contact before, where a piece is taken again: it is told as written, and a contact is
// archived once.
struct WrittenBefore {
  std::uint64_t compensations = 0;
  bool removed = false;

  void note(const TimelineRow& row) {
    if (row.type == EventType::contact_absorbed || row.type == EventType::contact_parted) return;
    const bool removes = row.event_id.starts_with(kArchivedIdPrefix) || row.event_id.starts_with(kDeletedIdPrefix);
    removed = removed || removes;
    if (!removes) ++compensations;
  }
};

class StepTaker {
 public:
  StepTaker(const EventLog& log, Publisher& publisher, const RevertStep& step)
      : log_(log), publisher_(publisher), step_(step), by_rule_(choice_of(step.request.selection)) {}

  Result<std::vector<ContactId>> find(const View& view) {
    std::vector<ContactId> contacts;
    for (const auto& [contact, offsets] : step_.named) contacts.push_back(contact);
    if (!step_.named.empty()) return contacts;
    auto found = find_chosen_contacts(view, step_.from, by_rule_, kRevertPieceContacts, kRevertPieceRows);
    if (!found) return found.error();
    piece_.counts.rows = found->rows;
    piece_.next = found->next;
    return std::move(found->contacts);
  }

  Result<void> read(const View& view, ContactId contact) {
    const auto named = step_.named.find(contact);
    WrittenBefore before;
    const auto revert = read_contact_revert(view, contact, [&](const TimelineRow& row) {
      if (row.source == kRevertSource && row.correlation_id == step_.id) {
        before.note(row);
        return false;  // it goes with what it undoes
      }
      return named == step_.named.end() ? by_rule_(row) : named->second.contains(row.stamp.offset);
    });
    if (!revert) return revert.error();
    if (revert->events == 0) return {};
    const CreatedContacts created = before.removed ? CreatedContacts::leave : step_.request.created;
    Compensation compensation = compensate(contact, *revert, created, step_.id);
    RevertCounts& counts = piece_.counts;
    ++counts.contacts;
    counts.events += revert->events - std::min(revert->events, before.compensations);
    counts.kept += revert->kept;
    counts.changes += revert->changes.size();
    counts.conflicts += revert->conflicts.size();
    counts.created += revert->created ? 1 : 0;
    counts.removed += compensation.removed || before.removed ? 1 : 0;
    const bool gone = revert->gone != Gone::no && !before.removed;
    counts.gone += gone ? 1 : 0;
    counts.written +=
        before.compensations + (before.removed ? 1 : 0) + (step_.request.dry_run ? compensation.events.size() : 0);
    told_.push_back({.contact = contact,
                     .created = revert->created,
                     .removed = compensation.removed || before.removed,
                     .gone = gone,
                     .changes = revert->changes,
                     .conflicts = revert->conflicts});
    for (Event& event : compensation.events) (is_of_step(event) ? events_ : hints_).push_back(std::move(event));
    return {};
  }

  Result<void> publish() {
    if (step_.request.dry_run) return {};
    RAPPORT_TRY(publish(std::move(events_), PublishWait::folded));
    return publish(std::move(hints_), PublishWait::durable);
  }

  RevertPiece take() {
    for (RevertedContact& contact : told_) {
      if (piece_.told.size() == kRevertContactsTold) break;
      if (has_something_to_tell(contact)) piece_.told.push_back(std::move(contact));
    }
    return std::move(piece_);
  }

 private:
  // What tells a contact of another partition that this one has come or gone is folded by whoever has that.
  bool is_of_step(const Event& event) const {
    return !step_.partition || partition_of(log_, event.subject) == *step_.partition;
  }

  Result<void> publish(std::vector<Event> events, PublishWait wait) {
    for (auto begin = events.begin(); begin != events.end();) {
      const auto end = begin + std::min<std::ptrdiff_t>(kEventsPerCall, events.end() - begin);
      std::vector<Event> call(std::make_move_iterator(begin), std::make_move_iterator(end));
      begin = end;
      std::vector<ContactId> contacts;
      for (const Event& event : call) contacts.push_back(std::get<ContactId>(event.subject));
      std::promise<Result<Published>> answer;
      const PublishOptions options{.wait = wait,
                                   .wait_max = step_.partition ? kPartitionFoldPatience : kFoldPatience,
                                   .actor = step_.request.actor};
      // Not checked as what comes in from outside is: a value that stood before may not fit a later declaration.
      publisher_.append_own(std::move(call), options,
                            [&](Result<Published> published) { answer.set_value(std::move(published)); });
      const auto published = answer.get_future().get();
      if (!published) return published.error();
      note(*published, contacts);
    }
    return {};
  }

  // `contacts`: of each event. One that was not taken in at all is on none, as its result has it.
  void note(const Published& published, const std::vector<ContactId>& contacts) {
    std::map<ContactId, Error> refused;
    for (std::size_t i = 0; i < published.results.size(); ++i) {
      const PublishResult& result = published.results[i];
      const bool repeats = step_.partition && result.first_outcome == PublishStatus::accepted;
      if (result.status == PublishStatus::accepted || result.status == PublishStatus::durable || repeats) {
        ++piece_.counts.written;
      } else if (result.error) {
        refused.emplace(contacts[i], *result.error);
      }
    }
    for (RevertedContact& contact : told_) {
      if (const auto found = refused.find(contact.contact); found != refused.end()) contact.refused = found->second;
    }
    piece_.counts.refused += refused.size();
  }

  const EventLog& log_;
  Publisher& publisher_;
  const RevertStep& step_;
  const RevertChoice by_rule_;
  RevertPiece piece_;
  std::vector<RevertedContact> told_;
  std::vector<Event> events_, hints_;
};

}  // namespace

void RevertCounts::add(const RevertCounts& more) {
  rows += more.rows;
  contacts += more.contacts;
  events += more.events;
  kept += more.kept;
  changes += more.changes;
  conflicts += more.conflicts;
  created += more.created;
  removed += more.removed;
  gone += more.gone;
  written += more.written;
  refused += more.refused;
}

Result<RevertPiece> take_revert_step(const EventLog& log, const Folder& folder, Publisher& publisher,
                                     const RevertStep& step) {
  auto view = folder.view();
  if (step.partition) {
    view = view->only({*step.partition}, [&log, partition = *step.partition](ContactId id) {
      return partition_of(log, Subject{id}) == partition;
    });
  }
  StepTaker taker(log, publisher, step);
  const auto contacts = taker.find(*view);
  if (!contacts) return contacts.error();
  for (const ContactId contact : *contacts) RAPPORT_TRY(taker.read(*view, contact));
  view.reset();
  RAPPORT_TRY(taker.publish());
  return taker.take();
}

}  // namespace rapport

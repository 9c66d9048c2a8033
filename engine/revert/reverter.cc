#include "engine/revert/reverter.h"

#include <algorithm>
#include <array>
#include <future>

namespace rapport {
namespace {

constexpr std::array<std::string_view, 4> kStateNames{"running", "done", "cancelled", "failed"};
constexpr std::chrono::seconds kFoldPatience{60};
constexpr std::size_t kEventsPerCall = 1'000;

bool has_something_to_tell(const RevertedContact& contact) {
  return contact.created || contact.gone || contact.refused || !contact.changes.empty() || !contact.conflicts.empty();
}

}  // namespace

std::string_view revert_state_name(RevertState state) { return kStateNames[static_cast<std::size_t>(state)]; }

struct Reverter::Job {
  RevertRequest request;
  std::string id;
  std::map<ContactId, std::set<Offset>> named;  // of a selection by position
};

Reverter::Reverter(EventLog& log, Folder& folder, Publisher& publisher)
    : log_(log), folder_(folder), publisher_(publisher) {}

Reverter::~Reverter() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<std::string> Reverter::start(RevertRequest request) {
  RAPPORT_TRY(check_selection(request.selection));
  auto named = find_events(log_, request.selection.events);
  if (!named) return named.error();
  const std::lock_guard lock(mutex_);
  if (status_ && !status_->ended) return Error{Errc::overloaded, status_->id + " is under way"};
  if (thread_.joinable()) thread_.join();
  Job job{std::move(request), "revert-" + make_event_id(), *std::move(named)};
  status_ = RevertStatus{.id = job.id, .dry_run = job.request.dry_run, .started = now_wall_clock()};
  cancelled_ = false;
  thread_ = std::thread([this, started = std::move(job)]() mutable { run(started); });
  return status_->id;
}

std::optional<RevertStatus> Reverter::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

Result<void> Reverter::cancel(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (!status_ || status_->id != id || status_->ended) return Error{Errc::not_found, id + " is not under way"};
  cancelled_ = true;
  return {};
}

void Reverter::run(Job& job) {
  const auto reverted = job.named.empty() ? revert_chosen(job) : revert_named(job);
  const std::lock_guard lock(mutex_);
  status_->ended = now_wall_clock();
  status_->state = stopped() ? RevertState::cancelled : RevertState::done;
  if (!reverted) {
    status_->state = RevertState::failed;
    status_->error = reverted.error();
  }
}

Result<void> Reverter::revert_chosen(Job& job) {
  const RevertChoice chosen = choice_of(job.request.selection);
  for (std::optional<ContactId> next = ContactId{0}; next && !stopped();) {
    const auto found = find_chosen_contacts(*folder_.view(), *next, chosen, kRevertPieceContacts, kRevertPieceRows);
    if (!found) return found.error();
    {
      const std::lock_guard lock(mutex_);
      status_->rows += found->rows;
    }
    RAPPORT_TRY(revert_piece(job, found->contacts));
    next = found->next;
  }
  return {};
}

Result<void> Reverter::revert_named(Job& job) {
  std::vector<ContactId> contacts;
  for (const auto& [contact, offsets] : job.named) contacts.push_back(contact);
  return revert_piece(job, contacts);
}

Result<void> Reverter::revert_piece(Job& job, const std::vector<ContactId>& contacts) {
  const auto view = folder_.view();
  const RevertChoice by_rule = choice_of(job.request.selection);
  std::vector<Event> events;
  std::vector<RevertedContact> told;
  RevertStatus sums;
  for (const ContactId contact : contacts) {
    const auto named = job.named.find(contact);
    const auto revert = read_contact_revert(*view, contact, [&](const TimelineRow& row) {
      return named == job.named.end() ? by_rule(row) : named->second.contains(row.stamp.offset);
    });
    if (!revert) return revert.error();
    if (revert->events == 0) continue;
    Compensation compensation = compensate(contact, *revert, job.request.created, job.id);
    ++sums.contacts;
    sums.events += revert->events;
    sums.kept += revert->kept;
    sums.changes += revert->changes.size();
    sums.conflicts += revert->conflicts.size();
    sums.created += revert->created ? 1 : 0;
    sums.removed += compensation.removed ? 1 : 0;
    sums.gone += revert->gone != Gone::no ? 1 : 0;
    if (job.request.dry_run) sums.written += compensation.events.size();
    told.push_back({.contact = contact,
                    .created = revert->created,
                    .removed = compensation.removed,
                    .gone = revert->gone != Gone::no,
                    .changes = revert->changes,
                    .conflicts = revert->conflicts});
    std::move(compensation.events.begin(), compensation.events.end(), std::back_inserter(events));
  }
  {
    const std::lock_guard lock(mutex_);
    status_->contacts += sums.contacts;
    status_->events += sums.events;
    status_->kept += sums.kept;
    status_->changes += sums.changes;
    status_->conflicts += sums.conflicts;
    status_->created += sums.created;
    status_->removed += sums.removed;
    status_->gone += sums.gone;
    status_->written += sums.written;
  }
  if (!job.request.dry_run) RAPPORT_TRY(publish(job, std::move(events), told));
  const std::lock_guard lock(mutex_);
  for (RevertedContact& contact : told) {
    if (status_->first.size() == kRevertContactsTold) break;
    if (has_something_to_tell(contact)) status_->first.push_back(std::move(contact));
  }
  return {};
}

Result<void> Reverter::publish(Job& job, std::vector<Event> events, std::vector<RevertedContact>& told) {
  for (auto begin = events.begin(); begin != events.end();) {
    const auto end = begin + std::min<std::ptrdiff_t>(kEventsPerCall, events.end() - begin);
    std::vector<Event> call(std::make_move_iterator(begin), std::make_move_iterator(end));
    begin = end;
    std::promise<Result<Published>> answer;
    // Not checked as what comes in from outside is: a value that stood before may not fit a later declaration.
    publisher_.append_own(std::move(call), {.wait_max = kFoldPatience, .actor = job.request.actor},
                          [&](Result<Published> published) { answer.set_value(std::move(published)); });
    const auto published = answer.get_future().get();
    if (!published) return published.error();
    std::uint64_t written = 0;
    std::map<ContactId, Error> refused;
    for (const PublishResult& result : published->results) {
      if (result.status == PublishStatus::accepted || result.status == PublishStatus::durable) {
        ++written;
      } else if (result.error && result.contact) {
        refused.emplace(*result.contact, *result.error);
      }
    }
    for (RevertedContact& contact : told) {
      if (const auto found = refused.find(contact.contact); found != refused.end()) contact.refused = found->second;
    }
    const std::lock_guard lock(mutex_);
    status_->written += written;
    status_->refused += refused.size();
  }
  return {};
}

}  // namespace rapport

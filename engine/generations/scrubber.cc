#include "engine/generations/scrubber.h"

#include <algorithm>

#include "events/rest.h"
#include "events/thread_name.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPauseWithoutContacts{1};

}  // namespace

Scrubber::Scrubber(const Folder& folder, std::uint32_t contacts_per_second)
    : folder_(folder),
      contacts_per_second_(contacts_per_second),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Scrubber::run(const std::stop_token& stop) {
  name_thread("scrub");
  give_way();
  const auto pause = std::chrono::nanoseconds(std::chrono::seconds(1)) / contacts_per_second_;
  Clock::time_point due = Clock::now();
  do {
    const bool any = check_next();
    due = std::max(due + (any ? pause : std::chrono::nanoseconds(kPauseWithoutContacts)), Clock::now());
  } while (rest(stop, due - Clock::now()));
}

bool Scrubber::check_next() {
  const auto view = folder_.view();
  const auto next = next_contact(*view, last_);
  if (next && !*next) {
    // The end of a round; without any contact there is none.
    const bool ended = last_ != ContactId{0};
    last_ = ContactId{0};
    const std::lock_guard lock(mutex_);
    if (!ended) return false;
    ++rounds_;
    if (!failed_in_round_) error_.reset();
    failed_in_round_ = false;
    return true;
  }
  auto differences = next ? check_contact(*view, **next) : Result<std::vector<RowDifference>>(next.error());
  if (next) last_ = **next;
  if (differences) {
    note(last_, *std::move(differences));
    return true;
  }
  const std::lock_guard lock(mutex_);
  error_ = differences.error();
  failed_in_round_ = true;
  return next.has_value();
}

void Scrubber::note(ContactId id, std::vector<RowDifference> differences) {
  const std::lock_guard lock(mutex_);
  ++checked_;
  if (differences.empty()) {
    found_.erase(id);
  } else if (found_.contains(id) || found_.size() < kScrubFindingsMax) {
    found_[id] = std::move(differences);
  }
}

ScrubStatus Scrubber::status() const {
  const std::lock_guard lock(mutex_);
  ScrubStatus out{.contacts_per_second = contacts_per_second_,
                  .checked = checked_,
                  .rounds = rounds_,
                  .damaged = found_.size(),
                  .error = error_};
  for (const auto& [id, differences] : found_) {
    out.found.insert(out.found.end(), differences.begin(), differences.end());
  }
  return out;
}

}  // namespace rapport

#include "engine/revert/reverter.h"

#include <array>

#include "engine/publish/own_events.h"
#include "events/thread_name.h"

namespace rapport {
namespace {

constexpr std::array<std::string_view, 4> kStateNames{"running", "done", "cancelled", "failed"};
constexpr std::chrono::milliseconds kRest{100};  // where no partition was answered for

std::string names_of(const std::set<Partition>& partitions) {
  std::string out;
  for (const Partition partition : partitions) out += (out.empty() ? "" : ", ") + std::to_string(partition.value);
  return out;
}

}  // namespace

std::string_view revert_state_name(RevertState state) { return kStateNames[static_cast<std::size_t>(state)]; }

struct Reverter::Job {
  RevertRequest request;
  std::string id;
  std::map<ContactId, std::set<Offset>> named;  // of a selection by position
};

// What is left of a partition.
struct Reverter::Part {
  RevertStep step;
  std::optional<std::chrono::steady_clock::time_point> unanswered_since;
};

Reverter::Reverter(EventLog& log, Folder& folder, Publisher& publisher, PartitionOwners* owners,
                   std::chrono::milliseconds owner_patience)
    : log_(log), folder_(folder), publisher_(publisher), owners_(owners), owner_patience_(owner_patience) {}

Reverter::~Reverter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_due_.notify_all();
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
  status_.emplace();
  status_->id = job.id;
  status_->dry_run = job.request.dry_run;
  status_->started = now_wall_clock();
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
  stop_due_.notify_all();
  return {};
}

void Reverter::run(Job& job) {
  name_thread("revert");
  const auto reverted = owners_ == nullptr ? revert_here(job) : revert_of_owners(job);
  const std::lock_guard lock(mutex_);
  status_->ended = now_wall_clock();
  status_->state = stopped() ? RevertState::cancelled : RevertState::done;
  if (!reverted) {
    status_->state = RevertState::failed;
    status_->error = reverted.error();
  }
}

Result<void> Reverter::revert_here(Job& job) {
  RevertStep step{.id = job.id, .request = job.request, .named = job.named, .partition = {}};
  for (std::optional<ContactId> next = ContactId{0}; next && !stopped();) {
    step.from = *next;
    auto piece = take_revert_step(log_, folder_, publisher_, step);
    if (!piece) return piece.error();
    next = piece->next;
    note(*std::move(piece));
  }
  return {};
}

// Each partition from its first contact to its last, whoever has it; one that is not answered for waits behind the
// others.
Result<void> Reverter::revert_of_owners(Job& job) {
  std::map<Partition, std::map<ContactId, std::set<Offset>>> named;
  for (const auto& [contact, offsets] : job.named) named[partition_of(log_, Subject{contact})][contact] = offsets;
  std::deque<Part> parts;
  for (Partition p; p.value < log_.partition_count(); ++p.value) {
    if (!job.named.empty() && !named.contains(p)) continue;
    parts.push_back({{.id = job.id, .request = job.request, .named = named[p], .partition = p}, std::nullopt});
  }
  std::set<Partition> left;
  const auto done = revert_parts(job, parts, left);
  for (const Part& part : parts) left.insert(*part.step.partition);
  const std::lock_guard lock(mutex_);
  status_->partitions_left = left;
  return done;
}

Result<void> Reverter::revert_parts(const Job& job, std::deque<Part>& parts, std::set<Partition>& left) {
  std::optional<Error> unanswered;
  std::size_t unanswered_in_a_row = 0;
  while (!parts.empty() && !stopped()) {
    auto piece = take(parts.front().step);
    if (piece) {
      Part& part = parts.front();
      part.unanswered_since.reset();
      unanswered_in_a_row = 0;
      const auto next = piece->next;
      note(*std::move(piece));
      if (next) {
        part.step.from = *next;
      } else {
        parts.pop_front();
      }
      continue;
    }
    if (!errc_retriable(piece.error().code)) return piece.error();
    Part part = std::move(parts.front());
    parts.pop_front();
    unanswered = piece.error();
    const auto now = std::chrono::steady_clock::now();
    if (!part.unanswered_since) part.unanswered_since = now;
    // A disk is not mended by waiting for its owner.
    const bool is_answered = piece.error().code == Errc::storage_failed;
    if (is_answered || now - *part.unanswered_since >= owner_patience_) {
      left.insert(*part.step.partition);
    } else {
      parts.push_back(std::move(part));
    }
    if (++unanswered_in_a_row >= parts.size()) rest();
  }
  if (left.empty()) return {};
  return Error{unanswered->code, "nobody answered for partitions " + names_of(left) + " (" + unanswered->detail +
                                     "): what " + job.id + " has left is done when it is asked for again"};
}

Result<RevertPiece> Reverter::take(const RevertStep& step) {
  return owners_->tenure(*step.partition) ? take_owned(step) : owners_->ask(step);
}

Result<RevertPiece> Reverter::take_owned(const RevertStep& step) {
  const auto had = owners_ != nullptr && step.partition ? owners_->tenure(*step.partition) : std::nullopt;
  const auto moved = [&](const char* when) {
    const std::string name = step.partition ? std::to_string(step.partition->value) : "none";
    return Error{Errc::unreachable, "partition " + name + when};
  };
  if (!had) return moved(" is another one's, or not folded here yet");
  auto piece = take_revert_step(log_, folder_, publisher_, step);
  if (owners_->tenure(*step.partition) != had) return moved(" has moved meanwhile");
  return piece;
}

void Reverter::take_owned_later(RevertStep step, PieceDone done) {
  if (steps_waiting_.fetch_add(1) >= kRevertStepsWaiting) {
    --steps_waiting_;
    return done(Error{Errc::overloaded, "as many pieces of reverts wait here already"});
  }
  steps_.post([this, step = std::move(step), done = std::move(done)] {
    auto piece =
        stopping_ ? Result<RevertPiece>(Error{Errc::shutting_down, "the engine is stopping"}) : take_owned(step);
    --steps_waiting_;
    done(std::move(piece));
  });
}

void Reverter::note(RevertPiece piece) {
  const std::lock_guard lock(mutex_);
  status_->add(piece.counts);
  for (RevertedContact& contact : piece.told) {
    if (status_->first.size() == kRevertContactsTold) break;
    status_->first.push_back(std::move(contact));
  }
}

void Reverter::rest() {
  std::unique_lock lock(mutex_);
  stop_due_.wait_for(lock, kRest, [this] { return stopped(); });
}

}  // namespace rapport

#include "engine/group/group.h"

#include <sodium.h>

#include "events/rest.h"
#include "events/thread_name.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kWatchInterval{250};

}  // namespace

Result<std::unique_ptr<Group>> Group::open(const GroupOptions& options, EventLog& log, Folder& folder) {
  if (options.key.size() < kGroupKeySizeMin) {
    return Error{Errc::invalid_argument,
                 "is what members know each other by: the same " + std::to_string(kGroupKeySizeMin) +
                     " characters or more for all of them",
                 "RAPPORT_GROUP_KEY"};
  }
  if (log.seal() != nullptr && !log.seal()->keys().is_shared()) {
    return Error{Errc::invalid_argument,
                 "the contacts' keys stand in the data directory of one instance alone: copy the log to another topic "
                 "(rapport log copy --encrypt), whose instances share them",
                 "group"};
  }
  std::unique_ptr<Group> group(new Group(options, log, folder));
  auto membership = KafkaGroup::open(options.membership, [self = group.get()](const std::set<Partition>& partitions) {
    return self->take(partitions);
  });
  if (!membership) return membership.error();
  group->membership_ = *std::move(membership);
  group->watcher_ = std::jthread([self = group.get()](const std::stop_token& stop) { self->watch(stop); });
  return group;
}

Group::~Group() { leave(); }

void Group::leave() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  watcher_.request_stop();
  calls_.stop();
  if (watcher_.joinable()) watcher_.join();
  std::unique_ptr<KafkaGroup> membership;
  {
    const std::lock_guard lock(mutex_);
    membership = std::move(membership_);
  }
  membership.reset();
}

// What is taken away is answered no longer before it is folded no longer; what comes is folded before it is answered.
Result<void> Group::take(const std::set<Partition>& partitions) {
  const std::lock_guard moving(moving_);
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(owned_, [&](const auto& one) { return !partitions.contains(one.first); });
    std::erase_if(tenures_, [&](const auto& one) { return !partitions.contains(one.first); });
    level_.clear();
  }
  RAPPORT_TRY(folder_.own(partitions));
  const auto ends = log_.ends();
  if (!ends) return ends.error();
  const std::lock_guard lock(mutex_);
  owned_.clear();
  level_.clear();
  ++takes_;
  for (const Partition partition : partitions) {
    owned_.emplace(partition, offset_in(*ends, partition));
    tenures_.try_emplace(partition, takes_);
  }
  return {};
}

Result<void> Group::catch_up(const std::set<Partition>& partitions) {
  {
    const std::lock_guard moving(moving_);
    std::set<Partition> folded = owned();
    folded.insert(partitions.begin(), partitions.end());
    RAPPORT_TRY(folder_.own(folded));
  }
  const auto ends = log_.ends();
  Positions wanted;
  for (const Partition partition : partitions) {
    if (ends) advance(wanted, {partition, offset_in(*ends, partition)});
  }
  Result<void> done = ends ? Result<void>() : Result<void>(ends.error());
  if (ends) {
    do {
      done = folder_.wait_folded(wanted, std::chrono::steady_clock::now() + kWatchInterval);
    } while (!done && done.error().code == Errc::wait_timeout && !is_stopping());
  }
  const std::lock_guard moving(moving_);
  RAPPORT_TRY(folder_.own(owned()));
  return done;
}

bool Group::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

Positions Group::floor() const {
  const std::lock_guard lock(mutex_);
  return owned_;
}

// Who waits for a member that is gone is told so.
void Group::watch(const std::stop_token& stop) {
  name_thread("group");
  while (rest(stop, kWatchInterval)) {
    std::set<std::string> there;
    for (const GroupMember& member : membership_->members()) there.insert(member.address);
    if (!there.empty()) calls_.keep_only(there);
  }
}

bool Group::owns(Partition partition) const {
  const std::lock_guard lock(mutex_);
  return owned_.contains(partition);
}

bool Group::is_level(Partition partition) const {
  const std::lock_guard lock(mutex_);
  if (level_.contains(partition)) return true;
  const auto own = owned_.find(partition);
  if (own == owned_.end() || offset_in(folder_.view()->positions(), partition) < own->second) return false;
  level_.insert(partition);
  return true;
}

std::optional<std::uint64_t> Group::tenure(Partition partition) const {
  if (!is_confirmed() || !is_level(partition)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = tenures_.find(partition);
  return found == tenures_.end() ? std::nullopt : std::optional(found->second);
}

std::set<Partition> Group::owned() const {
  const std::lock_guard lock(mutex_);
  std::set<Partition> out;
  for (const auto& [partition, floor] : owned_) out.insert(partition);
  return out;
}

Result<std::string> Group::owner_of(Partition partition) const {
  const GroupStatus now = status();
  for (const GroupMember& member : now.members) {
    if (!member.partitions.contains(partition)) continue;
    if (member.address != address()) return member.address;
    return Error{Errc::unreachable, "partition " + std::to_string(partition.value) + " is about to be folded here"};
  }
  return Error{Errc::unreachable, "nobody owns partition " + std::to_string(partition.value) + " now"};
}

bool Group::is_confirmed() const {
  const std::lock_guard lock(mutex_);
  return membership_ != nullptr && membership_->is_confirmed();
}

bool Group::is_key(std::string_view text) const {
  return text.size() == options_.key.size() && sodium_memcmp(text.data(), options_.key.data(), text.size()) == 0;
}

GroupStatus Group::status() const {
  const std::lock_guard lock(mutex_);
  GroupStatus out{.name = options_.membership.group, .address = options_.membership.address};
  if (membership_ == nullptr) return out;
  out.confirmed = membership_->is_confirmed();
  out.members = membership_->members();
  out.error = membership_->error();
  return out;
}

}  // namespace rapport

#include "engine/fold/fold_waiters.h"

#include <algorithm>

namespace rapport {
namespace {

template <class Answers>
void tell(Answers&& answers) {
  for (auto& answer : answers) answer.done(std::move(answer.result));
}

}  // namespace

std::optional<Error> FoldWaiters::fault_of(const Positions& positions) const {
  for (const PartitionFault& fault : faults_) {
    if (positions.contains(fault.partition)) return fault.error;
  }
  return std::nullopt;
}

std::optional<Error> FoldWaiters::not_folded(const Positions& positions) const {
  for (const auto& [partition, offset] : positions) {
    if (!folded_ || partition == kControlPartition || folded_->contains(partition)) continue;
    return Error{Errc::unreachable, "partition " + std::to_string(partition.value) + " is not folded here"};
  }
  return std::nullopt;
}

FoldWaiters::Clock::time_point FoldWaiters::earliest() const {
  Clock::time_point out = Clock::time_point::max();
  for (const Waiter& waiter : waiters_) out = std::min(out, waiter.deadline);
  return out;
}

template <class Pick>
std::vector<FoldWaiters::Answer> FoldWaiters::take(Pick pick) {
  std::vector<Answer> answers;
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    if (std::optional<Result<void>> answer = pick(*waiter)) {
      answers.push_back({std::move(waiter->done), *std::move(answer)});
      waiter = waiters_.erase(waiter);
    } else {
      ++waiter;
    }
  }
  return answers;
}

FoldWaiters::Clock::time_point FoldWaiters::add(const Positions& positions, Clock::time_point deadline, Done done) {
  std::unique_lock lock(mutex_);
  Result<void> result;
  if (covers(reached_, positions)) {
    result = {};
  } else if (closed_) {
    result = *closed_;
  } else if (auto error = fault_of(positions)) {
    result = *std::move(error);
  } else if (auto elsewhere = not_folded(positions)) {
    result = *std::move(elsewhere);
  } else if (waiters_.size() >= waiters_max_) {
    result = Error{Errc::overloaded, std::to_string(waiters_max_) + " requests wait for the fold already"};
  } else {
    waiters_.push_back({positions, deadline, std::move(done)});
    return earliest();
  }
  const Clock::time_point next = earliest();
  lock.unlock();
  done(std::move(result));
  return next;
}

void FoldWaiters::reach(const Positions& positions) {
  std::unique_lock lock(mutex_);
  advance(reached_, positions);
  auto answers = take([this](const Waiter& waiter) -> std::optional<Result<void>> {
    if (covers(reached_, waiter.positions)) return Result<void>{};
    return std::nullopt;
  });
  lock.unlock();
  tell(answers);
}

void FoldWaiters::fault(const PartitionFault& fault) {
  std::unique_lock lock(mutex_);
  const bool known = std::any_of(faults_.begin(), faults_.end(),
                                 [&](const PartitionFault& old) { return old.partition == fault.partition; });
  if (known) return;
  faults_.push_back(fault);
  auto answers = take([&](const Waiter& waiter) -> std::optional<Result<void>> {
    if (waiter.positions.contains(fault.partition)) return Result<void>{fault.error};
    return std::nullopt;
  });
  lock.unlock();
  tell(answers);
}

void FoldWaiters::forget_faults() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

void FoldWaiters::fold_only(std::set<Partition> partitions) {
  std::unique_lock lock(mutex_);
  folded_ = std::move(partitions);
  auto answers = take([&](const Waiter& waiter) -> std::optional<Result<void>> {
    if (auto error = not_folded(waiter.positions)) return Result<void>{*std::move(error)};
    return std::nullopt;
  });
  lock.unlock();
  tell(answers);
}

FoldWaiters::Clock::time_point FoldWaiters::expire(Clock::time_point now) {
  std::unique_lock lock(mutex_);
  auto answers = take([&](const Waiter& waiter) -> std::optional<Result<void>> {
    if (waiter.deadline > now) return std::nullopt;
    return Result<void>{Error{Errc::wait_timeout, "the fold has reached " + to_string(PositionToken{log_, reached_})}};
  });
  const Clock::time_point next = earliest();
  lock.unlock();
  tell(answers);
  return next;
}

void FoldWaiters::close(const Error& error) {
  std::unique_lock lock(mutex_);
  if (!closed_) closed_ = error;
  auto answers = take([&](const Waiter&) { return std::optional<Result<void>>(*closed_); });
  lock.unlock();
  tell(answers);
}

void FoldWaiters::open() {
  const std::lock_guard lock(mutex_);
  closed_.reset();
}

bool FoldWaiters::empty() const {
  const std::lock_guard lock(mutex_);
  return waiters_.empty();
}

Positions FoldWaiters::reached() const {
  const std::lock_guard lock(mutex_);
  return reached_;
}

}  // namespace rapport

#include "engine/http/api/idempotency_table.h"

namespace rapport {
namespace {

constexpr std::size_t kEntryBytes = 512;  // around an answer's body

}  // namespace

Result<std::optional<HttpResponse>> IdempotencyTable::begin(const std::string& key, const std::string& request_hash,
                                                            Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  drop_oldest(now);
  const auto [entry, fresh] = entries_.try_emplace(key, Entry{request_hash, std::nullopt});
  if (fresh) return std::optional<HttpResponse>();
  if (entry->second.request_hash != request_hash) {
    return Error{Errc::idempotency_key_reused, "another request came with the key", "Idempotency-Key"};
  }
  if (!entry->second.answer) {
    return Error{Errc::idempotency_key_in_use, "ask again once it is answered", "Idempotency-Key"};
  }
  return entry->second.answer;
}

void IdempotencyTable::finish(const std::string& key, const HttpResponse& answer, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  entries_.at(key).answer = answer;
  finished_.push_back({key, now});
  bytes_ += answer.body.size() + kEntryBytes;
  drop_oldest(now);
}

void IdempotencyTable::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  entries_.erase(key);
}

void IdempotencyTable::let_go() {
  const std::lock_guard lock(mutex_);
  for (const Finished& one : finished_) entries_.erase(one.key);
  finished_.clear();
  bytes_ = 0;
}

void IdempotencyTable::drop_oldest(Clock::time_point now) {
  while (!finished_.empty() && (finished_.size() > kIdempotentAnswersMax || bytes_ > kIdempotentBytesMax ||
                                now - finished_.front().at >= kIdempotentAgeMax)) {
    const auto entry = entries_.find(finished_.front().key);
    bytes_ -= entry->second.answer->body.size() + kEntryBytes;
    entries_.erase(entry);
    finished_.pop_front();
  }
}

}  // namespace rapport

#include "engine/auth/ended_sessions.h"

namespace rapport {

void EndedSessions::drop_over(Timestamp now) {
  if (now < drops_at_) return;
  drops_at_.ms = now.ms + std::chrono::milliseconds(kEndedSessionsLookedAt).count();
  for (auto& [key, of] : keys_) {
    std::erase_if(of.ends, [now](const auto& one) { return one.second <= now; });
  }
  std::erase_if(keys_, [now](const auto& entry) { return entry.second.ends.empty() && entry.second.all_end <= now; });
}

void EndedSessions::end(const SessionFacts& session, std::uint64_t newest, Timestamp now) {
  const std::lock_guard lock(mutex_);
  drop_over(now);
  OfKey& of = keys_[session.key_id];
  of.ends.emplace(session.number, session.end);
  if (of.ends.size() <= kEndedSessionsMax) return;
  of.ends.clear();
  of.all_until = newest;
  of.all_end.ms = now.ms + std::chrono::milliseconds(kSessionLifetime).count();
}

bool EndedSessions::contains(std::string_view key_id, std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto of = keys_.find(key_id);
  return of != keys_.end() && (number <= of->second.all_until || of->second.ends.contains(number));
}

std::size_t EndedSessions::size() const {
  const std::lock_guard lock(mutex_);
  std::size_t sum = 0;
  for (const auto& [key, of] : keys_) sum += of.ends.size();
  return sum;
}

}  // namespace rapport

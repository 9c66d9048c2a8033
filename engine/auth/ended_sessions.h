// The sessions that were ended before their time: whoever kept a copy of such a cookie has nothing.
//
// Invariants:
// - An ended session is remembered until it would be over by itself.
// - Of one key at most kEndedSessionsMax are remembered one by one. Where more are ended, all of the key's that have
//   begun until then are: what is no longer remembered one by one is refused all the same.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/auth/session_token.h"

namespace rapport {

inline constexpr std::size_t kEndedSessionsMax = 1'000;
inline constexpr std::chrono::minutes kEndedSessionsLookedAt{1};  // how often what is over by itself is dropped

// Thread-safe.
class EndedSessions {
 public:
  // `newest`: the number of the session that began last, of whatever key.
  void end(const SessionFacts& session, std::uint64_t newest, Timestamp now);
  bool contains(std::string_view key_id, std::uint64_t number) const;
  // Those that are remembered one by one, of all keys.
  std::size_t size() const;

 private:
  struct OfKey {
    std::map<std::uint64_t, Timestamp> ends;  // by number
    std::uint64_t all_until = 0;              // the last one of those that were ended together; 0: none were
    Timestamp all_end{};                      // when that is over
  };
  void drop_over(Timestamp now);

  mutable std::mutex mutex_;
  std::map<std::string, OfKey, std::less<>> keys_;
  Timestamp drops_at_{};
};

}  // namespace rapport

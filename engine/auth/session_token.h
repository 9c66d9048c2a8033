// A session: a proof, for a while, that whoever shows it has shown a key. A browser keeps it in a cookie, because its
// EventSource can send no header, and a page that was loaded again no longer knows the key.
//
//   "<key id>.<end, ms>.<number>.<43 characters of base64url>": an HMAC of the first three under a secret of this
//   process
//
// Invariants: the secret is drawn anew at each start and is nowhere else, so sessions end with the process, and a log
// or backup that is stolen makes none. No two sessions of a process have one number.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/result.h"
#include "events/timestamp.h"

namespace rapport {

inline constexpr std::chrono::hours kSessionLifetime{12};

// What a token says.
struct SessionFacts {
  std::string key_id;
  std::uint64_t number = 0;  // from 1, in the order in which they began
  Timestamp end;
};

// Thread-safe.
class SessionTokens {
 public:
  SessionTokens();

  std::string issue(std::string_view key_id, Timestamp now);
  // Errors: unauthorized: not one of ours, or over. Compares in constant time.
  [[nodiscard]] Result<SessionFacts> verify(std::string_view token, Timestamp now) const;
  // The number of the session that began last; 0: none did.
  std::uint64_t newest() const { return newest_; }

 private:
  std::string mac(std::string_view text) const;

  std::array<unsigned char, 32> secret_;
  std::atomic<std::uint64_t> newest_ = 0;
};

}  // namespace rapport

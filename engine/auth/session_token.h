// A session: a proof, for a while, that whoever shows it has shown a key. A browser keeps it in a cookie, because its
// EventSource can send no header, and a page that was loaded again no longer knows the key.
//
//   "<key id>.<end, ms>.<43 characters of base64url>": an HMAC of the first two under a secret of this process
//
// Invariants: the secret is drawn anew at each start and is nowhere else, so sessions end with the process, and a log
// or backup that is stolen makes none.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "events/result.h"
#include "events/timestamp.h"

namespace rapport {

inline constexpr std::chrono::hours kSessionLifetime{12};

// Immutable; thread-safe.
class SessionTokens {
 public:
  SessionTokens();

  std::string issue(std::string_view key_id, Timestamp now) const;
  // The key's id. Errors: unauthorized: not one of ours, or over. Compares in constant time.
  [[nodiscard]] Result<std::string> verify(std::string_view token, Timestamp now) const;

 private:
  std::string mac(std::string_view text) const;

  std::array<unsigned char, 32> secret_;
};

}  // namespace rapport

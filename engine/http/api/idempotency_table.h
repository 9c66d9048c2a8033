// What was answered under each Idempotency-Key lately, and which are under way. The log knows a keyed write for good;
// the table tells its very answer again, as long as it has it.
//
// Invariants: at most kIdempotentAnswersMax answers of kIdempotentBytesMax bytes in all are kept, for
// kIdempotentAgeMax; the oldest go first. A request that is under way is never forgotten. Thread-safe.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "engine/http/http_message.h"
#include "events/result.h"

namespace rapport {

inline constexpr std::size_t kIdempotentAnswersMax = 10'000;
inline constexpr std::size_t kIdempotentBytesMax = 32u << 20;
inline constexpr std::chrono::hours kIdempotentAgeMax{24};

class IdempotencyTable {
 public:
  using Clock = std::chrono::steady_clock;

  // The answer that the key has; without one, the key is the caller's to finish or forget.
  // Errors: idempotency_key_in_use, idempotency_key_reused; the field is "Idempotency-Key".
  [[nodiscard]] Result<std::optional<HttpResponse>> begin(const std::string& key, const std::string& request_hash,
                                                          Clock::time_point now);
  void finish(const std::string& key, const HttpResponse& answer, Clock::time_point now);
  // As if it had not come.
  void forget(const std::string& key);
  // Every answer is dropped: one may tell what has been erased. The log still knows its key.
  void let_go();

 private:
  struct Entry {
    std::string request_hash;
    std::optional<HttpResponse> answer;  // absent: under way
  };
  struct Finished {
    std::string key;
    Clock::time_point at;
  };

  void drop_oldest(Clock::time_point now);

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::deque<Finished> finished_;  // in the order of their answers
  std::size_t bytes_ = 0;          // of the answers
};

}  // namespace rapport

// How often each of many may do something: a bucket of tokens for each name, which fills at a fixed rate.
//
// Invariants: a bucket that is full is as good as none, so it is forgotten; there are at most kBucketsMax, and who
// comes when there is no place shares one bucket with others who do. Time is given, never asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "events/result.h"

namespace rapport {

inline constexpr std::uint32_t kRatePerSecondMax = 1'000'000;
inline constexpr std::uint32_t kRateBurstMax = 10'000'000;

struct RateLimit {
  std::uint32_t per_second = 0;  // 0: no limit
  std::uint32_t burst = 0;       // at once, after a while of nothing

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// "50:200" is 50 a second and 200 at once; "50" has a burst of 50; "0" is no limit. Errors: invalid_argument.
[[nodiscard]] Result<RateLimit> parse_rate_limit(std::string_view text);

// The error of who asks too often. It is `overloaded`, of the field kRateField: the HTTP server answers it with 429,
// not with the 503 of a server that has too much to do.
inline constexpr std::string_view kRateField = "rate";
Error rate_error(std::string detail);

// Thread-safe.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kBucketsMax = 10'000;

  explicit RateLimiter(RateLimit limit) : limit_(limit) {}

  // Whether the name may once more: takes a token where there is one.
  bool take(std::string_view name, Clock::time_point now);

  RateLimit limit() const { return limit_; }
  std::uint64_t refused() const;
  std::size_t buckets() const;

 private:
  struct Bucket {
    double tokens;
    Clock::time_point at;  // when it had them
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };

  double tokens_of(const Bucket& bucket, Clock::time_point now) const;
  Bucket& bucket_of(std::string_view name, Clock::time_point now);
  void forget_full_ones(Clock::time_point now);

  const RateLimit limit_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket, Hash, std::equal_to<>> buckets_;
  Bucket shared_{};                // of those without a place
  Clock::time_point last_look_{};  // for full ones
  std::uint64_t refused_ = 0;
};

}  // namespace rapport

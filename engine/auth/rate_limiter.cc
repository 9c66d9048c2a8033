#include "engine/auth/rate_limiter.h"

#include <algorithm>

#include "events/number_text.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kLookInterval{1};  // a flood of names must not look at every bucket each time

}  // namespace

Result<RateLimit> parse_rate_limit(std::string_view text) {
  const auto colon = text.find(':');
  const auto rate = parse_number<std::uint32_t>(text.substr(0, colon));
  const auto burst = colon == std::string_view::npos ? rate : parse_number<std::uint32_t>(text.substr(colon + 1));
  const bool off = rate == 0u && colon == std::string_view::npos;
  if (!rate || !burst || *rate > kRatePerSecondMax || *burst > kRateBurstMax || (!off && (*rate == 0 || *burst == 0))) {
    return Error{Errc::invalid_argument,
                 "is RATE or RATE:BURST, requests a second and at once, as 50:200; 0 is no limit"};
  }
  return RateLimit{*rate, *burst};
}

Error rate_error(std::string detail) { return {Errc::overloaded, std::move(detail), std::string(kRateField)}; }

double RateLimiter::tokens_of(const Bucket& bucket, Clock::time_point now) const {
  const double seconds = std::max(0.0, std::chrono::duration<double>(now - bucket.at).count());
  return std::min<double>(limit_.burst, bucket.tokens + seconds * limit_.per_second);
}

void RateLimiter::forget_full_ones(Clock::time_point now) {
  if (now - last_look_ < kLookInterval) return;
  last_look_ = now;
  std::erase_if(buckets_, [&](const auto& entry) { return tokens_of(entry.second, now) >= limit_.burst; });
}

RateLimiter::Bucket& RateLimiter::bucket_of(std::string_view name, Clock::time_point now) {
  if (const auto known = buckets_.find(name); known != buckets_.end()) return known->second;
  if (buckets_.size() >= kBucketsMax) forget_full_ones(now);
  if (buckets_.size() >= kBucketsMax) return shared_;
  return buckets_.emplace(std::string(name), Bucket{double(limit_.burst), now}).first->second;
}

bool RateLimiter::take(std::string_view name, Clock::time_point now) {
  if (limit_.per_second == 0) return true;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = bucket_of(name, now);
  const double tokens = tokens_of(bucket, now);
  // Two threads may come with their times the wrong way round: a bucket's time does not go back.
  bucket = {std::max(0.0, tokens), std::max(bucket.at, now)};
  if (tokens < 1) {
    ++refused_;
    return false;
  }
  bucket.tokens -= 1;
  return true;
}

std::uint64_t RateLimiter::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::size_t RateLimiter::buckets() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace rapport

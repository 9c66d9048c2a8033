// How much, and how long, one connection may ask of the server.
#pragma once

#include <chrono>
#include <cstddef>

namespace rapport {

struct HttpLimits {
  std::size_t header_bytes_max = 8u << 10;  // request line and fields; beyond: 431, or 414 where the line alone is
  std::size_t header_fields_max = 100;
  std::size_t connections_max = 2'000;               // the feed's 1,000, and as many others; beyond: 503 and close
  std::chrono::milliseconds header_timeout{10'000};  // from a header's first byte to its last; beyond: 408
  std::chrono::milliseconds idle_timeout{60'000};    // between requests: closed; within a streamed body: 408
  std::chrono::milliseconds body_timeout{60'000};    // for a body that is read whole; beyond: 408
  std::chrono::milliseconds write_timeout{30'000};   // without the peer taking a byte: closed
};

}  // namespace rapport

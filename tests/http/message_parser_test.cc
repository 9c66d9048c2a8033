// Random damage to requests: whatever comes, the parser answers, and the same however the bytes were cut into reads.
// RAPPORT_SEED=N runs the same damage again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "tests/http/message_reader.h"

namespace rapport {
namespace {

constexpr int kRounds = 20'000;

const std::vector<std::string> kRequests{
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /v1/contacts/1042?as_of=v17&where%5B%5D=x HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n",
    "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n\r\nhello world",
    "POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=\"b\"\r\n "
    "world\r\n0\r\nX: "
    "y\r\n\r\n",
    "PUT /a%20b HTTP/1.0\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
};
const std::vector<std::string> kPieces{
    "\r\n", "\n",  "\r",  "\r\n\r\n", "0\r\n\r\n", ":",          " ",
    "\t",   "%",   "%00", "\x7f",     "\xff",      ";",          "Content-Length: 3\r\n",
    "/../", "0x1", "-1",  ",",        "\"",        "ffffffffff", "Transfer-Encoding: chunked\r\n",
};

class Damage {
 public:
  explicit Damage(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

  std::string requests() {
    std::string bytes;
    for (std::size_t count = 1 + below(3); count > 0; --count) bytes += kRequests[below(kRequests.size())];
    for (std::size_t count = below(4); count > 0; --count) damage(bytes);
    return bytes;
  }

 private:
  void damage(std::string& bytes) {
    if (bytes.empty()) return;
    const std::size_t at = below(bytes.size());
    const std::size_t size = std::min(bytes.size() - at, 1 + below(8));
    switch (below(6)) {
      case 0: bytes[at] = static_cast<char>(below(256)); break;
      case 1: bytes.erase(at, size); break;
      case 2: bytes.insert(at, kPieces[below(kPieces.size())]); break;
      case 3: bytes.insert(at, std::string(bytes, below(bytes.size()), size)); break;
      case 4: bytes.replace(at, size, kPieces[below(kPieces.size())]); break;
      default: bytes.resize(at); break;
    }
  }

  std::mt19937_64 random_;
};

TEST(MessageParser, AnswersTheSameHoweverDamagedBytesAreCut) {
  const char* given = std::getenv("RAPPORT_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  Damage damage(seed);
  int whole = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string bytes = damage.requests();
    MessageReader at_once;
    const bool good = at_once.take(bytes);
    whole += good ? 1 : 0;
    MessageReader in_pieces;
    const std::size_t step = 1 + damage.below(12);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      if (!in_pieces.take(std::string_view(bytes).substr(at, step))) break;
    }
    ASSERT_EQ(in_pieces.outcome(), at_once.outcome())
        << "RAPPORT_SEED=" << seed << " round " << round << ", pieces of " << step << " bytes of:\n"
        << testing::PrintToString(bytes);
  }
  // The damage is neither always fatal nor never.
  EXPECT_GT(whole, kRounds / 10) << "RAPPORT_SEED=" << seed;
  EXPECT_LT(whole, kRounds * 9 / 10) << "RAPPORT_SEED=" << seed;
}

}  // namespace
}  // namespace rapport

// Random damage to requests: whatever comes, the parser answers, and the same however the bytes were cut into reads.
// RAPPORT_SEED=N runs the same damage again.
#include "engine/http/message_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/http/head_scanner.h"
#include "engine/http/read_buffer.h"

namespace rapport {
namespace {

constexpr int kRounds = 20'000;
constexpr std::size_t kFieldsMax = 8;

// What a session would make of these bytes: a line for each request, the last one for the end.
class Reader {
 public:
  // False: the connection has ended, in error.
  bool take(std::string_view bytes) {
    buffer_.reserve(buffer_.unread().size() + bytes.size());
    const ReadBuffer::Space space = buffer_.space();
    bytes.copy(space.data, bytes.size());
    buffer_.commit(bytes.size());
    while (in_body_ ? take_body() : take_head()) {
    }
    return !ended_;
  }

  std::string outcome() const { return outcome_ + (ended_ ? "" : in_body_ ? "in a body" : "in a head"); }

 private:
  bool take_head() {
    const HeadScanner::Found found = scanner_.scan(buffer_.unread());
    if (found == HeadScanner::Found::more) return false;
    if (found == HeadScanner::Found::malformed) return end("malformed head");
    EXPECT_LE(scanner_.size(), buffer_.unread().size());
    request_.reset();
    const auto refused = parser_.parse_head(buffer_.unread().substr(0, scanner_.size()), kFieldsMax, request_);
    if (refused) return end(std::to_string(refused->status) + " " + refused->detail);
    buffer_.consume(scanner_.size());
    scanner_.reset();
    if (!parser_.limit_body(1'000)) return end("too large");
    EXPECT_LE(request_.headers.size(), kFieldsMax);
    EXPECT_FALSE(request_.headers.count("Content-Length") > 0 && request_.headers.count("Transfer-Encoding") > 0);
    outcome_.append(http_method_name(request_.method));
    for (const std::string& segment : request_.path) outcome_ += "/" + segment;
    for (const QueryParameter& parameter : request_.query.all) outcome_ += "?" + parameter.name + "=" + parameter.value;
    outcome_ += " ";
    in_body_ = true;
    return true;
  }

  bool take_body() {
    if (parser_.complete()) {
      outcome_ += "[" + std::exchange(request_.body, {}) + "]\n";
      in_body_ = false;
      return true;
    }
    const auto piece = parser_.parse_body(buffer_.unread());
    if (!piece) return end(to_string(piece.error()));
    EXPECT_LE(piece->bytes.size(), piece->consumed);
    EXPECT_LE(piece->consumed, buffer_.unread().size());
    request_.body.append(piece->bytes);
    buffer_.consume(piece->consumed);
    return piece->consumed > 0;
  }

  bool end(const std::string& why) {
    outcome_ += why;
    ended_ = true;
    return false;
  }

  ReadBuffer buffer_{64};
  HeadScanner scanner_;
  RequestParser parser_;
  HttpRequest request_;
  std::string outcome_;
  bool in_body_ = false;
  bool ended_ = false;
};

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
    Reader at_once;
    const bool good = at_once.take(bytes);
    whole += good ? 1 : 0;
    Reader in_pieces;
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

// Many clients at once that mean no good: each sends too slowly, without end, or nothing, and takes no hint. Each is
// answered or closed within the server's limits, and whoever behaves is answered all the while. RAPPORT_SLOW_CLIENTS=n
// for more of them.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tests/http/loopback_server.h"
#include "tests/model/history.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kClients = 200;
constexpr rlim_t kOtherDescriptors = 100;
constexpr std::size_t kGrowthMax = 64u << 20;  // of resident memory, under kClients; both sides of each connection

struct Way {
  const char* name;
  std::string first;
  std::string again;         // sent again and again after it
  std::vector<int> answers;  // the status, one of these; empty: closed without a word
  bool reads = true;         // else no answer is looked at
};

constexpr std::string_view kChunkedPost = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string many(std::string_view piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

const std::vector<Way>& ways() {
  static const std::vector<Way> table{
      {"Silent", "", "", {}},
      {"HeadThatStops", "GET /ok HTTP/1.1\r\nHost: a\r\n", "", {408}},
      {"HeadThatTrickles", "GET /ok HTTP/1.1\r\nHost: a\r\nX: ", "x", {408}},
      {"EndlessTarget", "GET /", many("x", 512), {414, 408}},
      {"EndlessField", "GET /ok HTTP/1.1\r\nHost: a\r\nX: ", many("x", 512), {431, 408}},
      {"EndlessFields", "GET /ok HTTP/1.1\r\n", many("X: y\r\n", 64), {431, 408}},
      {"BodyThatStops", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", "", {408}},
      {"BodyThatTrickles", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n", "x", {408}},
      {"ChunksThatTrickle", std::string(kChunkedPost), "1\r\nx\r\n", {408}},
      {"EndlessChunks", std::string(kChunkedPost), many("1\r\nx\r\n", 2'000), {413, 408}},
      {"EndlessChunk", std::string(kChunkedPost) + "fff0\r\n", many("x", 8'000), {400, 408}},
      {"EndlessChunkExtension", std::string(kChunkedPost) + "1;a=", many("x", 8'000), {400, 408}},
      {"QuoteThatDoesNotEnd",
       std::string(kChunkedPost) + "5;a=\"b\r\nabcde\r\n0\r\n\r\n",
       many("x", 8'000),
       {400, 408}},
      {"EndlessTrailers", std::string(kChunkedPost) + "0\r\n", many("X: y\r\n", 1'000), {400, 408}},
      {"TakesNoAnswer", many("GET /large HTTP/1.1\r\nHost: a\r\n\r\n", 16), "", {}, false},
      {"EndlessRequestsWithoutReading", "", many("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 64), {}, false},
  };
  return table;
}

class SlowClient {
 public:
  SlowClient(const Way& way, RawPeer peer) : way_(way), peer_(std::move(peer)) {
    if (!way_.reads) peer_.set_receive_buffer(4096);
    peer_.send_what_fits(way_.first);
  }

  // Goes on, whatever it was told.
  void push() {
    peer_.send_what_fits(way_.again);
    if (way_.reads) peer_.take_what_came();
  }

  void expect_its_answer() {
    if (!way_.reads) return;
    SCOPED_TRACE(way_.name);
    const std::string told = peer_.read_to_end();
    const auto is_told = [&](int status) { return told.starts_with("HTTP/1.1 " + std::to_string(status) + " "); };
    EXPECT_EQ(told.empty(), way_.answers.empty()) << told;
    EXPECT_TRUE(told.empty() || std::any_of(way_.answers.begin(), way_.answers.end(), is_told)) << told.substr(0, 400);
  }

 private:
  const Way& way_;
  RawPeer peer_;
};

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Both ends of a connection are ours.
std::size_t clients_of_this_run() {
  const auto wanted = static_cast<std::size_t>(model::number_from_environment("RAPPORT_SLOW_CLIENTS", kClients));
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, 2 * wanted + kOtherDescriptors));
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(wanted, (limit.rlim_cur - kOtherDescriptors) / 2);
}

class SlowClients : public LoopbackServer {};

TEST_F(SlowClients, AreClosedWithinTheLimitsWhileOthersAreAnswered) {
  constexpr std::size_t kBodyMax = 64u << 10;
  add_open(HttpMethod::get, "/ok", handler_of([](RequestContext&) { return HttpResponse::json("ok"); }));
  add_open(HttpMethod::post, "/echo",
           handler_of([](RequestContext& context) { return HttpResponse::json(context.request().body); }),
           {.body_bytes_max = kBodyMax});
  const auto large = std::make_shared<const std::string>(4u << 20, 'x');
  add_open(HttpMethod::get, "/large", handler_of([large](RequestContext&) {
             HttpResponse response;
             response.shared_body = large;
             return response;
           }));
  HttpServerOptions options;
  options.limits.header_timeout = options.limits.idle_timeout = milliseconds(500);
  options.limits.body_timeout = options.limits.write_timeout = milliseconds(500);
  serve(std::move(options));
  const auto good = client();
  ASSERT_TRUE(good->send({.target = "/ok"}));

  const std::size_t count = clients_of_this_run();
  const std::size_t before = resident_bytes();
  std::size_t most = before;
  std::vector<SlowClient> clients;
  clients.reserve(count);
  for (std::size_t i = 0; i < count; ++i) clients.emplace_back(ways()[i % ways().size()], connect());

  const auto deadline = std::chrono::steady_clock::now() + kPeerDeadline;
  const auto all_came_and_went = [&] {
    const HttpServer::Stats stats = server_->stats();
    return stats.connections_accepted > count && stats.connections_open <= 1;
  };
  std::uint64_t answered = 0;
  while (!all_came_and_went() && std::chrono::steady_clock::now() < deadline) {
    for (SlowClient& one : clients) one.push();
    const auto response = good->send({.target = "/ok"});
    ASSERT_TRUE(response) << to_string(response.error());
    ASSERT_EQ(response->body, "ok");
    ++answered;
    most = std::max(most, resident_bytes());
  }
  EXPECT_TRUE(all_came_and_went()) << server_->stats().connections_open << " are held on to";
  EXPECT_GT(answered, 10u);
  EXPECT_LE(most - before, kGrowthMax * std::max<std::size_t>(count / kClients, 1));
  for (SlowClient& one : clients) one.expect_its_answer();
}

}  // namespace
}  // namespace rapport

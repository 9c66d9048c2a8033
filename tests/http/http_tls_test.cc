// The server and the client through TLS.
#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "tests/http/loopback_server.h"
#include "tests/http/throwaway_certificate.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;

class HttpTlsTest : public LoopbackServer {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::path(testing::TempDir()) / ("rapport_http_tls_" + std::to_string(::getpid()) + "_" +
                                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
    files_ = make_throwaway_certificate(directory_, "server", "IP:127.0.0.1");
  }
  void TearDown() override {
    LoopbackServer::TearDown();
    std::filesystem::remove_all(directory_);
  }

  void serve_tls(HttpServerOptions options = {}) {
    options.tls = files_;
    serve(std::move(options));
  }

  std::unique_ptr<HttpClient> tls_client(const std::filesystem::path& authorities,
                                         const std::string& host = "127.0.0.1") {
    return client({.url = "https://" + host + ":" + std::to_string(server_->port()),
                   .idle_timeout = std::chrono::seconds(10),
                   .authorities = authorities});
  }

  std::filesystem::path directory_;
  TlsFiles files_;
};

TEST_F(HttpTlsTest, KeepsAConnectionAndKnowsThatItIsSecret) {
  add_plain_routes();
  add_open(HttpMethod::get, "/tls", handler_of([](RequestContext& context) {
             return HttpResponse::json(context.request().tls ? "yes" : "no");
           }));
  serve_tls();
  const auto client = tls_client(files_.certificate);
  for (int i = 0; i < 3; ++i) {
    const auto response = client->send({.target = "/tls"});
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->body, "yes");
  }
  const std::string body(900'000, 'x');
  const auto echoed = client->send({.method = HttpMethod::post, .target = "/echo", .body = body});
  ASSERT_TRUE(echoed) << to_string(echoed.error());
  EXPECT_EQ(echoed->body, body);
  EXPECT_EQ(server_->stats().connections_accepted, 1u);
}

// TLS 1.3 sends session tickets on its own: bytes that wait on a fresh connection are not yet an answer.
TEST_F(HttpTlsTest, StreamsARequestToItsEnd) {
  add_open(HttpMethod::post, "/count",
           [](RequestContext& context) -> asio::awaitable<HttpResponse> {
             std::size_t bytes = 0;
             while (true) {
               const auto piece = co_await context.body().read();
               if (!piece) co_return HttpResponse::json(to_string(piece.error()), 400);
               if (piece->empty()) co_return HttpResponse::json(std::to_string(bytes));
               bytes += piece->size();
             }
           },
           {.body_bytes_max = RouteLimits::kNoLimit, .body = BodyMode::streamed});
  serve_tls();
  const auto client = tls_client(files_.certificate);
  const std::string piece(50'000, 'x');
  for (int round = 0; round < 3; ++round) {
    int left = 100;
    const auto response =
        client->send({.method = HttpMethod::post, .target = "/count"},
                     [&]() -> Result<std::string_view> { return left-- > 0 ? std::string_view(piece) : ""; });
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->body, "5000000");
  }
  EXPECT_EQ(server_->stats().connections_accepted, 1u);
}

TEST_F(HttpTlsTest, StopsSendingWhenTheServerAnswersEarly) {
  router_.add({.method = HttpMethod::post,
               .pattern = "/guarded",
               .scope = "x",
               .handler = handler_of([](RequestContext&) { return HttpResponse::json(""); }),
               .limits = {.body_bytes_max = RouteLimits::kNoLimit, .body = BodyMode::streamed}});
  serve_tls();
  const auto client = tls_client(files_.certificate);
  const std::string piece(10'000, 'x');
  const auto response = client->send({.method = HttpMethod::post, .target = "/guarded"},
                                     [&]() -> Result<std::string_view> { return piece; });
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->status, 401);
}

TEST_F(HttpTlsTest, TheClientTrustsOnlyWhomItShould) {
  add_plain_routes();
  serve_tls();
  const TlsFiles other = make_throwaway_certificate(directory_, "other", "IP:127.0.0.1");
  const auto untrusting = tls_client(other.certificate)->send({.target = "/ok"});
  ASSERT_FALSE(untrusting);
  EXPECT_EQ(untrusting.error().code, Errc::unreachable);
  const auto wrong_name = tls_client(files_.certificate, "localhost")->send({.target = "/ok"});
  ASSERT_FALSE(wrong_name);
  EXPECT_EQ(wrong_name.error().code, Errc::unreachable);
  const auto careless =
      client({.url = "https://localhost:" + std::to_string(server_->port()), .verify_certificate = false});
  EXPECT_TRUE(careless->send({.target = "/ok"}));
}

TEST_F(HttpTlsTest, RefusesFilesThatDoNotServe) {
  const TlsFiles other = make_throwaway_certificate(directory_, "other", "DNS:localhost");
  const std::pair<TlsFiles, std::filesystem::path> rows[] = {
      {{directory_ / "none", files_.key}, directory_ / "none"},
      {{files_.certificate, directory_ / "none"}, directory_ / "none"},
      {{files_.key, files_.key}, files_.key},
      {{files_.certificate, other.key}, other.key},
  };
  for (const auto& [files, named] : rows) {
    const auto server = HttpServer::open({.port = 0, .tls = files}, Router());
    ASSERT_FALSE(server) << files.certificate << files.key;
    EXPECT_EQ(server.error().code, Errc::invalid_argument);
    EXPECT_EQ(server.error().field, named.string());
  }
}

TEST_F(HttpTlsTest, RefusesAKeyThatEverybodyMayRead) {
  namespace fs = std::filesystem;
  const auto open = [this] { return HttpServer::open({.port = 0, .tls = files_}, Router()); };
  fs::permissions(files_.key, fs::perms::owner_read | fs::perms::group_read);
  EXPECT_TRUE(open()) << "of a group, as certificates are handed out";
  for (const fs::perms given : {fs::perms::others_read, fs::perms::others_write}) {
    fs::permissions(files_.key, fs::perms::owner_read | given);
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_EQ(refused.error().field, files_.key.string());
  }
}

// What a client that offers no more than this is told: the version that both speak, or the alert's reason.
struct Offer {
  const char* name;
  int version_max;
  const char* ciphers;  // of TLS 1.2 and below
};

std::string handshake_of(const Offer& offer, std::uint16_t port) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  // Ours, which would offer neither by itself, must not be the side that refuses.
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), offer.version_max);
  if (SSL_CTX_set_cipher_list(context.get(), offer.ciphers) != 1) return "the client has no such cipher";
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> peer(BIO_new_ssl_connect(context.get()), BIO_free_all);
  BIO_set_conn_hostname(peer.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  ERR_clear_error();
  if (BIO_do_connect(peer.get()) == 1 && BIO_do_handshake(peer.get()) == 1) {
    SSL* session = nullptr;
    BIO_get_ssl(peer.get(), &session);
    return SSL_get_version(session);
  }
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason != nullptr ? reason : "closed";
}

TEST_F(HttpTlsTest, RefusesOldVersionsAndWeakCiphers) {
  add_plain_routes();
  serve_tls();
  constexpr const char* kAll = "ALL:COMPLEMENTOFALL";
  const auto told = [this](const Offer& offer) { return handshake_of(offer, server_->port()); };
  EXPECT_EQ(told({"the newest", TLS1_3_VERSION, kAll}), "TLSv1.3");
  EXPECT_EQ(told({"a good cipher", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"}), "TLSv1.2");
  for (const Offer& old : {Offer{"TLS 1.1", TLS1_1_VERSION, kAll}, Offer{"TLS 1.0", TLS1_VERSION, kAll}}) {
    EXPECT_THAT(told(old), testing::HasSubstr("protocol version")) << old.name;
  }
  for (const char* weak : {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-SHA", "AES128-GCM-SHA256",
                           "DHE-RSA-AES128-GCM-SHA256", "ADH-AES128-GCM-SHA256", "AECDH-AES128-SHA", "AECDH-NULL-SHA",
                           "ECDHE-ECDSA-NULL-SHA", "NULL-SHA256"}) {
    EXPECT_THAT(told({weak, TLS1_2_VERSION, weak}), testing::HasSubstr("handshake failure")) << weak;
  }
}

TEST_F(HttpTlsTest, DropsAPeerThatDoesNotShakeHands) {
  HttpServerOptions options;
  options.limits.header_timeout = milliseconds(100);
  serve_tls(std::move(options));
  RawPeer plain = connect();
  plain.send("GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
  static_cast<void>(plain.read_to_end());
  RawPeer silent = connect();
  EXPECT_EQ(silent.read_to_end(), "");
  expect_connections_open(0);
}

TEST_F(HttpTlsTest, StopDoesNotWaitForAHandshake) {
  HttpServerOptions options;
  options.limits.header_timeout = options.limits.idle_timeout = std::chrono::minutes(10);
  serve_tls(std::move(options));
  RawPeer silent = connect();
  expect_connections_open(1);
  EXPECT_TRUE(server_->stop(kPeerDeadline));
}

}  // namespace
}  // namespace rapport

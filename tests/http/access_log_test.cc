#include <gtest/gtest.h>

#include "engine/http/http_server.h"

namespace rapport {
namespace {

TEST(AccessLog, KeepsSecretsAndPersonalDataOut) {
  HttpRequest request;
  request.path = {"v1", "identities", "mail", "ann@example.com", "1042"};
  request.query.all = {{"q", "ann"}};
  request.headers.add("Authorization", "Bearer secret");
  request.request_id = "r1";
  request.peer = "10.0.0.1";
  Route route{.pattern = "/v1/identities/{channel}/{externalId}/{id}"};
  route.parameters = {{"channel", 2}, {"externalId", 3}, {"id", 4}};
  const Principal principal{.key_id = "k7"};
  const std::string line =
      access_log_line({request, true, &route, principal, 200, 512, std::chrono::microseconds(1'500)});
  EXPECT_EQ(line, "GET /v1/identities/*/*/1042 200 512B 1.500ms 10.0.0.1 key=k7 id=r1");
}

TEST(AccessLog, BoundsAndEscapesUnknownPaths) {
  HttpRequest request;
  request.path.assign(100, "a\nb");
  request.request_id = "r1";
  const Principal nobody;
  const std::string line = access_log_line({request, true, nullptr, nobody, 404, 0, std::chrono::microseconds(0)});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_LT(line.size(), 200u);
  EXPECT_EQ(line.substr(0, 16), "GET /a%0Ab/a%0Ab");
}

TEST(AccessLog, KeepsKeysAndAddressesOutOfUnknownPaths) {
  HttpRequest request;
  request.path = {"v1", "contacs", "rk_q1eg09t7ar_O282bhfcRKKg3hnjribQ4UpHQQ8m58uz4rIPLpYs1ik", "ann@example.com", "7"};
  request.request_id = "r1";
  const Principal nobody;
  EXPECT_EQ(access_log_line({request, true, nullptr, nobody, 404, 0, std::chrono::microseconds(0)}),
            "GET /v1/contacs/*/*/7 404 0B 0.000ms  id=r1");
}

TEST(AccessLog, SaysNothingOfWhatCouldNotBeRead) {
  HttpRequest request;
  request.peer = "10.0.0.1";
  request.request_id = "r1";
  const Principal nobody;
  EXPECT_EQ(access_log_line({request, false, nullptr, nobody, 400, 5, std::chrono::microseconds(0)}),
            "malformed 400 5B 0.000ms 10.0.0.1 id=r1");
}

}  // namespace
}  // namespace rapport

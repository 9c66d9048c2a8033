#include "tests/http/api/api_test.h"

#include "engine/engine_services.h"
#include "engine/http/api/request_access.h"
#include "events/json_value.h"

namespace rapport {

void ApiTest::SetUp() {
  open();
  const auto admin = keys_->ensure_admin(std::nullopt);
  ASSERT_TRUE(admin && *admin);
  admin_ = key_ = (*admin)->text();
}

void ApiTest::close() {
  client_.reset();
  server_.reset();
  services_.reset();
  keys_.reset();
  engine_.reset();
}

void ApiTest::reopen() {
  close();
  open();
  ASSERT_TRUE(keys_->wait_until_known());
}

void ApiTest::open() {
  EngineOptions engine_options{.data = directory_.path() / "data", .log = log_};
  engine_options.keep_free_bytes = keep_free_bytes_;
  engine_options.free_bytes = free_bytes_;
  auto engine = Engine::open(engine_options);
  ASSERT_TRUE(engine) << to_string(engine.error());
  engine_ = *std::move(engine);
  keys_ = std::make_unique<KeyRing>(engine_->log(), engine_->folder(), engine_->publisher(), std::filesystem::path(),
                                    limits_);
  services_.reset(new ApiServices(services_of(*engine_, *keys_, "test")));
  Router router;
  add_api_routes(router, *services_);
  HttpServerOptions options{.port = 0, .threads = 1};
  options.authorize = [this](const HttpRequest& request, const Route& route) {
    return request_access(*keys_, engine_->group(), request, route);
  };
  options.on_fault = [](std::string_view, std::string_view what) { ADD_FAILURE() << what; };
  auto server = HttpServer::open(std::move(options), std::move(router));
  ASSERT_TRUE(server) << to_string(server.error());
  server_ = *std::move(server);
  client_ = *HttpClient::open({.url = "http://127.0.0.1:" + std::to_string(server_->port())});
}

ApiTest::Answer ApiTest::send(HttpMethod method, const std::string& target, const std::string& body,
                              HttpHeaders headers, const std::string& content_type) {
  if (!key_.empty()) headers.add("Authorization", "Bearer " + key_);
  HttpClientRequest request{.method = method, .target = target, .headers = std::move(headers), .body = body};
  if (!body.empty()) request.content_type = content_type;
  auto response = client_->send(request);
  if (!response) {
    ADD_FAILURE() << to_string(response.error());
    return {};
  }
  Answer answer{.status = response->status, .headers = response->headers, .body = response->body};
  boost::system::error_code not_json;
  answer.json = parse_json_value(response->body, not_json);
  return answer;
}

void ApiTest::become(const std::vector<std::string>& scopes) {
  become_admin();
  const boost::json::object wanted{{"name", "test"}, {"scopes", boost::json::value_from(scopes)}};
  const Answer made = post("/v1/keys", boost::json::serialize(wanted));
  ASSERT_EQ(made.status, 201) << made.body;
  key_ = made.text("key");
}

}  // namespace rapport

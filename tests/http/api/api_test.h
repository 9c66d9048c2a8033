// An engine with its HTTP server, as a test's client meets them.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "engine/http/api/api_services.h"
#include "engine/http/http_client.h"
#include "engine/http/http_server.h"
#include "tests/store/temporary_directory.h"

namespace rapport {

class ApiTest : public testing::Test {
 protected:
  struct Answer {
    int status = 0;
    boost::json::value json;
    HttpHeaders headers;
    std::string body;

    std::string header(std::string_view name) const { return std::string(headers.find(name).value_or("")); }
    std::string text(const char* member) const { return json.at(member).as_string().c_str(); }
    std::int64_t number(const char* member) const { return json.at(member).to_number<std::int64_t>(); }
    // At an RFC 6901 pointer: "/items/0/id". Throws where there is nothing.
    const boost::json::value& at(std::string_view pointer) const { return json.at_pointer(pointer); }
    std::string text_at(std::string_view pointer) const { return at(pointer).as_string().c_str(); }
    std::int64_t number_at(std::string_view pointer) const { return at(pointer).to_number<std::int64_t>(); }
  };

  void SetUp() override;

  // Ends the engine as a stop does, and opens its directory again: only what the log holds is known.
  void reopen();
  // Ends it.
  void close();

  Answer send(HttpMethod method, const std::string& target, const std::string& body = "", HttpHeaders headers = {},
              const std::string& content_type = "application/json");
  Answer get(const std::string& target, HttpHeaders headers = {}) {
    return send(HttpMethod::get, target, "", std::move(headers));
  }
  Answer post(const std::string& target, const std::string& body, HttpHeaders headers = {}) {
    return send(HttpMethod::post, target, body, std::move(headers));
  }
  // One event by POST /v1/events.
  Answer publish(const std::string& event) {
    return send(HttpMethod::post, "/v1/events", event, {}, "application/cloudevents+json");
  }
  // A key with these scopes; the client uses it from now on.
  void become(const std::vector<std::string>& scopes);
  void become_admin() { key_ = admin_; }
  void become_nobody() { key_.clear(); }

  void open();

  // What it is opened with: set before SetUp, or before reopen().
  LogChoice log_ = embedded_log(2);
  KeyLimits limits_;
  std::uint64_t keep_free_bytes_ = 0;
  FreeBytes free_bytes_;

  TemporaryDirectory directory_{fastest_directory()};
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<KeyRing> keys_;
  std::unique_ptr<ApiServices> services_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpClient> client_;
  std::string admin_, key_;
};

}  // namespace rapport

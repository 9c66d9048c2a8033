// The engine's API from the command line.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/http/http_client.h"
#include "tools/rapport/exit_code.h"

namespace rapport {

struct ApiConnection {
  std::string url = "http://127.0.0.1:8080";
  std::string key;
};

class ApiClient {
 public:
  // Errors: invalid_argument (the URL, a key that could not stand in a header).
  [[nodiscard]] static Result<ApiClient> open(const ApiConnection& connection);

  // The JSON that a 2xx answer holds (null where it holds none). Any other answer is the error that its problem
  // document describes, with the request's id. Errors: those, and HttpClient's.
  [[nodiscard]] Result<boost::json::value> get(const std::string& target);
  [[nodiscard]] Result<boost::json::value> send(HttpMethod method, const std::string& target, std::string body,
                                                const std::string& content_type = "application/json",
                                                HttpHeaders headers = {});

  // The same of what may be sent again: where the answer is 429 or 503 and says when (Retry-After), it is asked for
  // once more then, as long as `patience` lasts.
  [[nodiscard]] Result<boost::json::value> send_patiently(HttpMethod method, const std::string& target,
                                                          const std::string& body, const std::string& content_type,
                                                          std::chrono::seconds patience);

  // GET, whose answer is handed over as it comes; false: enough. Errors: as get's.
  [[nodiscard]] Result<void> stream(const std::string& target, const std::function<bool(std::string_view)>& sink);
  // Ends what is under way, and all later, with shutting_down. Thread-safe.
  void interrupt() { http_->interrupt(); }

 private:
  explicit ApiClient(std::unique_ptr<HttpClient> http) : http_(std::move(http)) {}

  std::unique_ptr<HttpClient> http_;
};

// The error that a problem document tells of, or a body that says what is gone. `request` is the answer's id, which
// only the first has in itself.
Error error_of_problem(int status, const std::string& body, std::string_view request = {});

}  // namespace rapport

#include "tests/history/history_client.h"

namespace rapport::history {
namespace {

constexpr std::chrono::seconds kAnsweredWithin{300};  // whatever else the machine does

}  // namespace

void HistoryClient::act(std::uint64_t times) {
  for (; times > 0 && choices_.complaints().empty(); --times) ask(choices_.next());
}

void HistoryClient::ask(Act act) {
  act.request.headers.add("Authorization", "Bearer " + key_);
  const auto deadline = std::chrono::steady_clock::now() + kAnsweredWithin;
  const Instant invoked = now();
  bool patient = !choices_.dice().one_in(10);
  for (bool again = false; std::chrono::steady_clock::now() < deadline; again = patient = true) {
    asked_again_ += again ? 1 : 0;
    auto response = send(act.request, door_.port(deadline), patient);
    if (!response || is_to_be_asked_again(*response)) continue;
    return act.answered({*std::move(response), invoked, now(), again});
  }
  choices_.complain("no answer to " + act.request.target);
}

Result<HttpClientResponse> HistoryClient::send(const HttpClientRequest& request, std::uint16_t port, bool patient) {
  if (port != port_) {
    patient_.reset();
    impatient_.reset();
    port_ = port;
  }
  std::unique_ptr<HttpClient>& client = patient ? patient_ : impatient_;
  if (!client) {
    HttpClientOptions options{.url = "http://127.0.0.1:" + std::to_string(port)};
    if (!patient) options.idle_timeout = std::chrono::milliseconds(1);
    auto opened = HttpClient::open(std::move(options));
    if (!opened) return opened.error();
    client = *std::move(opened);
  }
  return client->send(request);
}

}  // namespace rapport::history

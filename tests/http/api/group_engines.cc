#include "tests/http/api/group_engines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <future>

#include "engine/engine_services.h"
#include "engine/http/api/request_access.h"
#include "events/position.h"
#include "tests/contract/wait_until.h"
#include "tests/kafka/other_client.h"

namespace rapport {
namespace {

// Who has just begun folds keys before it knows them, and calls good ones wrong.
constexpr RateLimit kWrongKeys{.per_second = 200, .burst = 1'000};

// That nobody listens at now.
std::uint16_t free_port() {
  boost::asio::io_context context;
  const boost::asio::ip::tcp::endpoint any(boost::asio::ip::address_v4::loopback(), 0);
  return boost::asio::ip::tcp::acceptor(context, any).local_endpoint().port();
}

}  // namespace

ServedEngine::ServedEngine(EventLog& log, std::filesystem::path data, std::optional<GroupOptions> group,
                           std::uint16_t port) {
  LogChoice choice = embedded_log(log.partition_count());
  choice.open = [this, &log](const std::filesystem::path&) -> Result<std::unique_ptr<EventLog>> {
    auto intercepted = std::make_unique<InterceptedLog>(log);
    intercepted->before = [this](const std::vector<NewRecord>& records) { return judge(records); };
    intercepted->after = [this] { return judge_written(); };
    return std::unique_ptr<EventLog>(std::move(intercepted));
  };
  choice.group = std::move(group);
  engine_ = std::move(Engine::open({.data = std::move(data), .log = std::move(choice)})).value();
  keys_ = std::make_unique<KeyRing>(engine_->log(), engine_->folder(), engine_->publisher(), std::filesystem::path(),
                                    KeyLimits{.wrong_keys = kWrongKeys});
  services_.reset(new ApiServices(services_of(*engine_, *keys_, "test")));
  Router router;
  add_api_routes(router, *services_);
  HttpServerOptions options{.port = port, .threads = 1};
  options.authorize = [this](const HttpRequest& request, const Route& route) {
    return request_access(*keys_, services_->group, request, route);
  };
  options.on_fault = [](std::string_view, std::string_view what) { ADD_FAILURE() << what; };
  server_ = std::move(HttpServer::open(std::move(options), std::move(router))).value();
  client_ = std::move(HttpClient::open({.url = "http://127.0.0.1:" + std::to_string(server_->port())})).value();
}

std::optional<Error> ServedEngine::judge_written() {
  return lies_.exchange(false) ? std::optional(Error{Errc::log_unavailable, "written, and lost by a test"})
                               : std::nullopt;
}

std::optional<Error> ServedEngine::judge(const std::vector<NewRecord>& records) {
  const bool erases = std::any_of(records.begin(), records.end(), [](const NewRecord& record) {
    return record.value.find("contact.erased") != std::string::npos;
  });
  if (fails_erasures_ && erases) {
    const std::uint64_t nth = erasures_++ % 3;
    if (nth == 0) return Error{Errc::log_unavailable, "lost by a test"};
    lies_ = nth == 1;
  }
  const auto is_hint = [](const NewRecord& record) {
    return record.value.find("contact.absorbed") != std::string::npos ||
           record.value.find("contact.parted") != std::string::npos;
  };
  if (!loses_hints_ || std::none_of(records.begin(), records.end(), is_hint) || hints_++ % 2 == 1) return std::nullopt;
  return Error{Errc::log_unavailable, "lost by a test"};
}

EngineAnswer ServedEngine::ask_once(HttpMethod method, const std::string& target, const std::string& body,
                                    HttpHeaders headers) {
  if (!headers.find("Authorization")) headers.add("Authorization", "Bearer " + key_);
  HttpClientRequest request{.method = method, .target = target, .headers = std::move(headers), .body = body};
  if (!body.empty() && !request.headers.find("Content-Type")) request.content_type = "application/json";
  const std::lock_guard lock(mutex_);
  const auto response = client_->send(request);
  if (!response) {
    ADD_FAILURE() << to_string(response.error());
    return {};
  }
  EngineAnswer answer{.status = response->status, .headers = response->headers, .body = response->body, .json = {}};
  boost::system::error_code not_json;
  answer.json = boost::json::parse(response->body, not_json);
  return answer;
}

EngineAnswer ServedEngine::ask(HttpMethod method, const std::string& target, const std::string& body,
                               HttpHeaders headers) {
  EngineAnswer answer;
  EXPECT_TRUE(wait_until([&] { return (answer = ask_once(method, target, body, headers)).status != 503; }))
      << target << " " << answer.json;
  return answer;
}

GroupEngines::GroupEngines() {
  const std::string topic = topics_.name();
  OtherClient(shared_broker()).create_topic(topic, kPartitions);
  log_ = std::move(EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = kPartitions})).value();
  alone_ = std::make_unique<ServedEngine>(*log_, directory_.path() / "alone", std::nullopt, 0);
  key_ = (*alone_->keys().ensure_admin(std::nullopt))->text();
  alone_->use_key(key_);
  for (int n = 0; n < kMembers; ++n) {
    const std::uint16_t port = free_port();
    const std::string address = "127.0.0.1:" + std::to_string(port);
    const GroupOptions group{.membership = {.connection = {.brokers = shared_broker(), .properties = {}},
                                            .topic = topic,
                                            .group = topic,
                                            .address = address},
                             .key = std::string(kGroupKeySizeMin, 'k')};
    places_.push_back({directory_.path() / std::to_string(n), group, port});
    members_.push_back(begin(places_.back()));
  }
  EXPECT_TRUE(wait_until([&] {
    std::size_t owned = 0;
    for (const auto& member : members_) {
      const std::size_t its = member->engine().group()->owned().size();
      if (its == 0 || its == kPartitions || !member->engine().group()->is_confirmed()) return false;
      owned += its;
    }
    return owned == kPartitions;
  })) << "the group does not settle";
}

std::unique_ptr<ServedEngine> GroupEngines::begin(const Place& place) {
  auto member = std::make_unique<ServedEngine>(*log_, place.data, place.group, place.port);
  member->use_key(key_);
  return member;
}

void GroupEngines::restart(std::size_t number,
                           const std::function<void(const std::filesystem::path& data)>& meanwhile) {
  members_[number].reset();
  meanwhile(places_[number].data);
  members_[number] = begin(places_[number]);
}

void GroupEngines::append(const model::History& history) {
  std::promise<Result<std::vector<LogPosition>>> told;
  log_->append(history, [&](auto positions) { told.set_value(std::move(positions)); });
  const auto appended = told.get_future().get();
  ASSERT_TRUE(appended) << to_string(appended.error());
}

std::string GroupEngines::end() { return to_string(PositionToken{log_->id(), *log_->ends()}); }

}  // namespace rapport

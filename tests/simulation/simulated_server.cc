#include "tests/simulation/simulated_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <limits>
#include <stdexcept>

#include "engine/engine_services.h"
#include "engine/http/request_target.h"
#include "engine/publish/own_events.h"

namespace rapport::simulation {
namespace {

constexpr std::chrono::seconds kPatience{30};
const Positions kNever{{kControlPartition, Offset{std::numeric_limits<std::int64_t>::max()}}};

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return *std::move(result);
}

}  // namespace

// One request, as its handler meets it. What goes on with it waits in a queue of its own: told by two threads at once,
// in whatever order, requests go on in that of their numbers.
class SimulatedServer::Handling final : public RequestContext, public BodyReader {
 public:
  Handling(const HttpClientRequest& asked, const Router& router, std::uint64_t number)
      : queue_(std::make_unique<boost::asio::io_context>()) {
    request_.method = asked.method;
    if (const auto parsed = parse_request_target(asked.target, request_); !parsed) {
      throw std::runtime_error(to_string(parsed.error()));
    }
    request_.headers = asked.headers;
    if (!asked.content_type.empty()) request_.headers.add("Content-Type", asked.content_type);
    request_.request_id = std::to_string(number);
    route_ = router.match(request_.method, request_.path).route;
    if (route_ == nullptr) throw std::runtime_error("no route: " + asked.target);
    (route_->limits.body == BodyMode::streamed ? streamed_ : request_.body) = asked.body;
    principal_ = {.key_id = "simulated", .reads_personal = true};
  }

  // What waits goes first: it holds on to the rest.
  ~Handling() override { queue_.reset(); }

  void begin(Answered answered) {
    const auto ended = [this, told = std::move(answered)](const std::exception_ptr& thrown, HttpResponse response) {
      if (thrown) std::rethrow_exception(thrown);
      has_ended_ = true;
      told({response.status, std::move(response.headers), std::move(response.body)});
    };
    boost::asio::co_spawn(*queue_, route_->handler(*this), ended);
  }
  // True where it went on.
  bool go_on() {
    queue_->restart();
    return queue_->poll() > 0;
  }
  bool has_ended() const { return has_ended_; }

  const HttpRequest& request() const override { return request_; }
  const Route& route() const override { return *route_; }
  const Principal& principal() const override { return principal_; }
  BodyReader& body() override { return *this; }
  asio::any_io_executor executor() const override { return queue_->get_executor(); }
  bool stopping() const override { return false; }

  asio::awaitable<Result<std::string_view>> read() override {
    const std::string_view piece = was_read_ ? std::string_view() : std::string_view(streamed_);
    was_read_ = true;
    co_return piece;
  }
  bool is_drained() const override { return false; }

 private:
  HttpRequest request_;
  const Route* route_ = nullptr;
  Principal principal_;
  std::unique_ptr<boost::asio::io_context> queue_;
  bool has_ended_ = false;
  std::string streamed_;
  bool was_read_ = false;
};

SimulatedServer::SimulatedServer(SimulatedStore& store, const std::filesystem::path& data, bool fold_is_late) {
  EngineOptions options{.data = data, .cache_bytes = 1u << 20};
  options.publisher.resolver_threads = 1;
  if (fold_is_late) options.publisher.wait_max = options.publisher.fold_wait_max = std::chrono::milliseconds(0);
  options.log = {.kind = "simulated", .open = [&](const std::filesystem::path&) -> Result<std::unique_ptr<EventLog>> {
                   auto log = std::make_unique<SimulatedLog>(store);
                   log_ = log.get();
                   return std::unique_ptr<EventLog>(std::move(log));
                 }};
  engine_ = must(Engine::open(options));
  keys_ = std::make_unique<KeyRing>(engine_->log(), engine_->folder(), engine_->publisher(), std::filesystem::path(),
                                    KeyLimits{});
  services_.reset(new ApiServices(services_of(*engine_, *keys_, "simulated")));
  add_contact_routes(router_, *services_);
  add_event_routes(router_, *services_);
  add_merge_routes(router_, *services_);
}

SimulatedServer::~SimulatedServer() {
  handled_.clear();
  services_.reset();
  keys_.reset();
  // The publisher ends once all that it began has.
  for (const auto& [partition, readable] : log_->readable()) log_->show(partition, log_->unread(partition));
  log_->go_away();
  engine_.reset();
}

void SimulatedServer::handle(const HttpClientRequest& request, Answered answered) {
  const std::uint64_t number = ++requests_;
  handled_.push_back(std::make_unique<Handling>(request, router_, number));
  handled_.back()->begin(std::move(answered));
}

bool SimulatedServer::settle() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto stood_still = [](const std::shared_ptr<Generation>& live) -> Result<std::shared_ptr<Generation>> {
    return live;
  };
  do {
    if (!engine_->folder().wait_folded(log_->readable(), deadline)) return false;
    // Behind a step stand those who waited for it: work between two steps begins once they are told.
    if (!engine_->folder().between_steps(stood_still)) return false;
    // And those who waited too long are told one after the other: this one last.
    (void)engine_->folder().wait_folded(kNever, std::chrono::steady_clock::now()).has_value();
    wait_for_publisher();
  } while (run_handlers());
  return true;
}

// Its one worker answers calls in the order in which they were told: this one last.
void SimulatedServer::wait_for_publisher() {
  std::promise<void> answered;
  log_->let_one_pass();
  engine_->publisher().append_own({own_event(EventType::note_added, ContactId{1}, NoteAdded{})},
                                  {.wait = PublishWait::durable}, [&](const auto&) { answered.set_value(); });
  answered.get_future().wait();
}

bool SimulatedServer::run_handlers() {
  bool any = false;
  // A handler that ends may begin another, behind it.
  for (std::size_t i = 0; i < handled_.size(); ++i) any = handled_[i]->go_on() || any;
  std::erase_if(handled_, [](const auto& one) { return one->has_ended(); });
  return any;
}

}  // namespace rapport::simulation

#include "tools/rapport/operate/server.h"

#include <signal.h>

#include <future>
#include <iostream>
#include <mutex>
#include <thread>

#include "engine/auth/key_ring.h"
#include "engine/engine_services.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/request_access.h"
#include "events/event_decoder.h"
#include "events/number_text.h"
#include "tools/rapport/command.h"
#include "tools/rapport/generate/event_generator.h"
#include "tools/rapport/operate/core_dumps.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kDrainPatience{10};
constexpr std::uint64_t kAnswersShare = 2;  // kept answers take one part in so many of the cache of rows, beside it
constexpr std::int64_t kDemoMs = 60LL * 24 * 3600 * 1000;
constexpr GeneratorOptions kDemo{
    .events = 4'000, .contacts = 200, .seed = 1, .step_ms_max = static_cast<std::uint32_t>(2 * kDemoMs / 4'000)};

struct Listen {
  std::string address;
  std::uint16_t port = 0;
};

Result<Listen> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  Listen out;
  if (colon == std::string::npos) return Error{Errc::invalid_argument, "\"" + text + "\" is not HOST:PORT", "listen"};
  const std::string_view port = std::string_view(text).substr(colon + 1);
  const auto number = parse_number<std::uint16_t>(port);
  if (!number) return Error{Errc::invalid_argument, "\"" + std::string(port) + "\" is not a port", "listen"};
  out.port = *number;
  out.address = text.substr(0, colon);
  if (out.address.starts_with('[') && out.address.ends_with(']'))
    out.address = out.address.substr(1, out.address.size() - 2);
  return out;
}

// Lines of several threads, each whole.
class Journal {
 public:
  void say(const std::string& line) {
    const std::lock_guard lock(mutex_);
    std::cerr << line << "\n";
  }

 private:
  std::mutex mutex_;
};

// The signals that stop a server, kept from every thread so that one may wait for them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
  }
  void wait() const {
    int got = 0;
    while (sigwait(&signals_, &got) != 0) {
    }
  }
  // From now on they end the process, as they do by themselves.
  void let_through() const { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }

 private:
  sigset_t signals_;
};

// Of the two months up to now, so that there is something to look at.
Result<std::vector<IncomingEvent>> demo_events() {
  std::vector<IncomingEvent> events;
  GeneratorOptions options = kDemo;
  for (const bool is_trial : {true, false}) {
    auto generator = EventGenerator::make(options);
    if (!generator) return generator.error();
    EventDecoder decoder;
    events.clear();
    for (std::string line; line.clear(), generator->append_next(line);) {
      line.pop_back();
      if (!is_trial) events.push_back(decoder.decode(line));
    }
    // The same seed takes the same time.
    options.start.ms = now_wall_clock().ms - (generator->newest().ms - options.start.ms);
  }
  return events;
}

Result<void> publish_demo(Engine& engine) {
  auto events = demo_events();
  if (!events) return events.error();
  std::promise<Result<void>> told;
  engine.publisher().publish(*std::move(events), {}, [&](Result<Published> published) {
    told.set_value(published ? Result<void>() : Result<void>(published.error()));
  });
  return told.get_future().get();
}

std::string url_of(const ServeOptions& options, const Listen& listen, std::uint16_t port) {
  const bool tls = !options.tls_certificate.empty();
  const std::string host = listen.address.find(':') == std::string::npos ? listen.address : "[" + listen.address + "]";
  return (tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

void print_welcome(Journal& journal, const ServeOptions& options, const std::string& url,
                   const std::optional<ApiKeyText>& key) {
  std::string text = "rapport " + std::string(kProgramVersion) + " serves " + url + " from " + options.data.string();
  std::string shown = "<your key>";
  if (options.admin_key) {
    // Not repeated: this text ends up in logs.
    shown = "$RAPPORT_ADMIN_KEY";
  } else if (key) {
    shown = key->text();
    text += "\n\n  admin key, shown this once:  " + shown;
  }
  text += "\n\n  console: " + url + "/";
  text += "\n\n  export RAPPORT_URL=" + url + " RAPPORT_KEY=" + shown +
          "\n  rapport status\n  rapport contact list\n  rapport timeline " + (options.demo ? "57" : "1") + "\n";
  journal.say(text);
}

Result<GroupOptions> group_options(const ServeOptions& options) {
  if (options.log.kind != "kafka") {
    return Error{Errc::invalid_argument, "instances share a log on Kafka: say --log kafka", "group"};
  }
  if (const auto address = parse_listen(options.advertise); !address || address->port == 0) {
    return Error{Errc::invalid_argument, "says where other instances reach this one: HOST:PORT", "advertise"};
  }
  const auto kafka = options.log.kafka_options();
  if (!kafka) return kafka.error();
  return GroupOptions{.membership = {.connection = kafka->connection,
                                     .topic = kafka->topic,
                                     .group = options.group,
                                     .address = options.advertise},
                      .key = options.group_key,
                      .tls = !options.tls_certificate.empty()};
}

}  // namespace

Result<ExitCode> run_server(const ServeOptions& options) {
  const auto listen = parse_listen(options.listen);
  if (!listen) return listen.error();
  forbid_core_dumps();
  const StopSignals signals;
  Journal journal;

  EngineOptions engine_options{.data = options.data, .backups = options.backups};
  engine_options.scrub_contacts_per_second = options.scrub_contacts_per_second;
  engine_options.cache_bytes = options.cache_bytes;
  engine_options.keep_free_bytes = options.keep_free_bytes;
  engine_options.parked_days_kept = options.parked_days_kept;
  auto log = options.log.choose();
  if (!log) return log.error();
  engine_options.log = *std::move(log);
  engine_options.log.seal.notice = [&](const std::string& line) { journal.say(line); };
  if (!options.group.empty()) {
    auto group = group_options(options);
    if (!group) return group.error();
    engine_options.log.group = *std::move(group);
    engine_options.log.seal.makes_master_key = false;
  }
  engine_options.notice = [&](const std::string& line) { journal.say(line); };
  auto engine = Engine::open(engine_options);
  if (!engine) return engine.error();
  KeyRing keys((*engine)->log(), (*engine)->folder(), (*engine)->publisher(), options.data / "keys-used",
               {.keys = options.rate_limit, .pages = options.page_rate_limit, .wrong_keys = options.wrong_key_limit});
  const auto admin = keys.ensure_admin(options.admin_key);
  if (!admin) return admin.error();
  if (options.demo && (*engine)->folder().view()->checkpoints().size() <= 1) RAPPORT_TRY(publish_demo(**engine));

  ApiServices services = services_of(**engine, keys, kProgramVersion);
  services.answers = std::make_shared<AnswerCache>(options.cache_bytes / kAnswersShare);
  Router router;
  add_api_routes(router, services);
  HttpServerOptions http{.address = listen->address, .port = listen->port, .threads = options.threads};
  http.insecure = options.insecure;
  if (!options.tls_certificate.empty()) http.tls = TlsFiles{options.tls_certificate, options.tls_key};
  http.authorize = [&keys, group = (*engine)->group()](const HttpRequest& request, const Route& route) {
    if (group != nullptr && is_of_member(request)) return member_access(*group, request);
    return request_access(keys, request, route);
  };
  if (options.access_log) http.on_response = [&](const AccessRecord& record) { journal.say(access_log_line(record)); };
  http.on_fault = [&](std::string_view id, std::string_view what) {
    journal.say("fault in request " + std::string(id) + ": " + std::string(what));
  };
  auto server = HttpServer::open(std::move(http), std::move(router));
  if (!server) return server.error();
  print_welcome(journal, options, url_of(options, *listen, (*server)->port()), *admin);

  signals.wait();
  signals.let_through();
  journal.say("stopping: requests under way are let finish");
  const bool drained = (*server)->stop(kDrainPatience);
  server->reset();
  if (!drained) journal.say("some requests were cut off");
  return ExitCode::done;
}

}  // namespace rapport

#include "tools/rapport/operate/server.h"

#include <signal.h>

#include <iostream>
#include <mutex>
#include <thread>

#include "engine/auth/key_ring.h"
#include "engine/engine_services.h"
#include "engine/http/api/request_access.h"
#include "events/number_text.h"
#include "tools/rapport/command.h"
#include "tools/rapport/operate/core_dumps.h"
#include "tools/rapport/operate/demo.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kDrainPatience{10};
constexpr std::uint64_t kAnswersShare = 2;  // kept answers take one part in so many of the cache of rows, beside it

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

bool is_loopback(std::string_view host) {
  const bool is_number = host.find_first_not_of("0123456789.") == host.npos;
  return host == "localhost" || host == "::1" || (is_number && host.starts_with("127."));
}

Result<GroupOptions> group_options(const ServeOptions& options) {
  if (options.log.kind != "kafka") {
    return Error{Errc::invalid_argument, "instances share a log on Kafka: say --log kafka", "group"};
  }
  const auto address = parse_listen(options.advertise);
  if (!address || address->port == 0) {
    return Error{Errc::invalid_argument, "says where other instances reach this one: HOST:PORT", "advertise"};
  }
  // Wherever this one listens: between members goes the group's key.
  if (!is_loopback(address->address) && options.tls_certificate.empty() && !options.insecure) {
    return Error{Errc::invalid_argument,
                 "is beyond this machine, and the group's key and contacts would go there in clear: say --tls-cert and "
                 "--tls-key, or --insecure",
                 "advertise"};
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

Result<EngineOptions> engine_options(const ServeOptions& options, Journal& journal) {
  EngineOptions out{.data = options.data, .backups = options.backups};
  out.scrub_contacts_per_second = options.scrub_contacts_per_second;
  out.cache_bytes = options.cache_bytes;
  out.keep_free_bytes = options.keep_free_bytes;
  out.parked_days_kept = options.parked_days_kept;
  auto log = options.log.choose();
  if (!log) return log.error();
  out.log = *std::move(log);
  out.notice = out.log.seal.notice = [&journal](const std::string& line) { journal.say(line); };
  if (options.group.empty()) return out;
  auto group = group_options(options);
  if (!group) return group.error();
  out.log.group = *std::move(group);
  out.log.seal.makes_master_key = false;
  return out;
}

HttpServerOptions http_options(const ServeOptions& options, const Listen& listen, Journal& journal, KeyRing& keys,
                               const Group* group) {
  HttpServerOptions out{.address = listen.address, .port = listen.port, .threads = options.threads};
  out.insecure = options.insecure;
  if (!options.tls_certificate.empty()) out.tls = TlsFiles{options.tls_certificate, options.tls_key};
  out.authorize = [&keys, group](const HttpRequest& request, const Route& route) {
    return request_access(keys, group, request, route);
  };
  if (options.access_log) {
    out.on_response = [&journal](const AccessRecord& record) { journal.say(access_log_line(record)); };
  }
  out.on_fault = [&journal](std::string_view id, std::string_view what) {
    journal.say("fault in request " + std::string(id) + ": " + std::string(what));
  };
  return out;
}

}  // namespace

Result<ExitCode> run_server(const ServeOptions& options) {
  const auto listen = parse_listen(options.listen);
  if (!listen) return listen.error();
  forbid_core_dumps();
  const StopSignals signals;
  Journal journal;
  const auto opening = engine_options(options, journal);
  if (!opening) return opening.error();
  auto engine = Engine::open(*opening);
  if (!engine) return engine.error();
  KeyRing keys((*engine)->log(), (*engine)->folder(), (*engine)->publisher(), options.data / "keys-used",
               {.keys = options.rate_limit, .pages = options.page_rate_limit, .wrong_keys = options.wrong_key_limit});
  const auto admin = keys.ensure_admin(options.admin_key);
  if (!admin) return admin.error();
  const bool is_new = (*engine)->folder().view()->checkpoints().size() <= 1;
  if (options.demo && is_new) RAPPORT_TRY(publish_demo((*engine)->publisher()));

  ApiServices services = services_of(**engine, keys, kProgramVersion);
  services.answers = std::make_shared<AnswerCache>(options.cache_bytes / kAnswersShare);
  Router router;
  add_api_routes(router, services);
  auto server = HttpServer::open(http_options(options, *listen, journal, keys, (*engine)->group()), std::move(router));
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

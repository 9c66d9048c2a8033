// rapport serve
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/operate/config_file.h"
#include "tools/rapport/operate/server.h"

namespace rapport {
namespace {

void add_rate_option(CLI::App& command, const char* name, RateLimit& limit, const char* environment, const char* what) {
  const auto take = [&limit, name](const std::string& text) {
    const auto parsed = parse_rate_limit(text);
    if (!parsed) throw CLI::ValidationError(name, parsed.error().detail);
    limit = *parsed;
  };
  command.add_option_function<std::string>(name, take, what)
      ->envname(environment)
      ->type_name("RATE:BURST")
      ->default_str(std::to_string(limit.per_second) +
                    (limit.per_second == 0 ? "" : ":" + std::to_string(limit.burst)));
}

constexpr std::uint64_t kCacheMin = 8u << 20, kCacheMax = std::uint64_t{1} << 40;
constexpr std::uint64_t kKeepFreeMax = std::uint64_t{1} << 50;

}  // namespace

void add_serve_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App& command = *program.add_subcommand("serve", "Run an engine and its HTTP server");
  const auto config = std::make_shared<std::string>();
  command.add_option("--config", *config, "More of these options, from a TOML file: data = \"/var/lib/rapport\"")
      ->envname("RAPPORT_CONFIG");
  command.add_option("--data", options->data, "The data directory, made where there is none")
      ->envname("RAPPORT_DATA")
      ->capture_default_str();
  command
      .add_option("--backups", options->backups,
                  "Below which backups are made; DATA/backups where it is left out. Best on another disk")
      ->envname("RAPPORT_BACKUPS");
  command.add_option("--listen", options->listen, "HOST:PORT")->envname("RAPPORT_LISTEN")->capture_default_str();
  command.add_option("--threads", options->threads, "That serve requests")
      ->envname("RAPPORT_THREADS")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command
      .add_option("--cache", options->cache_bytes,
                  "Bytes of rows kept in memory; more makes reads of many contacts faster")
      ->envname("RAPPORT_CACHE")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(kCacheMin, kCacheMax))
      ->capture_default_str();
  add_log_options(command, options->log);
  CLI::Option* group =
      command
          .add_option(
              "--group", options->group,
              "One of many instances on one Kafka log: the name of their consumer group. RAPPORT_GROUP_KEY is what "
              "they know each other by")
          ->envname("RAPPORT_GROUP");
  command.add_option("--advertise", options->advertise, "Where the other instances reach this one, HOST:PORT")
      ->envname("RAPPORT_ADVERTISE")
      ->needs(group);
  CLI::Option* certificate =
      command.add_option("--tls-cert", options->tls_certificate, "PEM, the whole chain")->envname("RAPPORT_TLS_CERT");
  CLI::Option* key = command.add_option("--tls-key", options->tls_key, "PEM")->envname("RAPPORT_TLS_KEY");
  certificate->needs(key);
  key->needs(certificate);
  command.add_flag("--insecure", options->insecure, "Listen beyond loopback without TLS")->envname("RAPPORT_INSECURE");
  command.add_flag("--access-log", options->access_log, "A line on stderr for each request")
      ->envname("RAPPORT_ACCESS_LOG");
  command
      .add_option("--scrub", options->scrub_contacts_per_second,
                  "Check the rows of this many contacts a second in the background; 0 is off")
      ->envname("RAPPORT_SCRUB")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  add_rate_option(command, "--rate-limit", options->rate_limit, "RAPPORT_RATE_LIMIT",
                  "Requests a second and at once of each key, RATE:BURST; 0 is no limit");
  add_rate_option(command, "--page-rate-limit", options->page_rate_limit, "RAPPORT_PAGE_RATE_LIMIT",
                  "The same of each key of a web page");
  add_rate_option(command, "--wrong-key-limit", options->wrong_key_limit, "RAPPORT_WRONG_KEY_LIMIT",
                  "Of each client's address, with what is no good key");
  command
      .add_option("--keep-free", options->keep_free_bytes,
                  "Bytes of the disk: below them nothing is written until there is room again; 0 is off")
      ->envname("RAPPORT_KEEP_FREE")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::uint64_t{0}, kKeepFreeMax))
      ->capture_default_str();
  command
      .add_option("--parked-days", options->parked_days_kept,
                  "Of an encrypted log: drop the bytes of parked records after this many days")
      ->envname("RAPPORT_PARKED_DAYS")
      ->check(CLI::Range(0, 36'500))
      ->capture_default_str();
  command.add_flag("--demo", options->demo, "Fill an empty log with sample contacts");
  command.footer("The first start makes an admin key and prints it once; RAPPORT_ADMIN_KEY sets it instead.");
  on_run(command, run, [options, config, &command]() -> Result<ExitCode> {
    if (!config->empty()) RAPPORT_TRY(apply_config_file(command, *config));
    if (const char* shared = std::getenv("RAPPORT_GROUP_KEY")) options->group_key = shared;
    if (const char* admin = std::getenv("RAPPORT_ADMIN_KEY")) options->admin_key = admin;
    return run_server(*options);
  });
}

}  // namespace rapport

// rapport serve: an engine and its HTTP server, from the first line to the last drained request.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/auth/rate_limiter.h"
#include "engine/http/http_server.h"
#include "tools/rapport/exit_code.h"
#include "tools/rapport/operate/log_options.h"

namespace rapport {

struct ServeOptions {
  std::filesystem::path data = "rapport-data";
  std::filesystem::path backups;  // empty: in the data directory
  std::string listen = "127.0.0.1:8080";
  unsigned threads = 2;
  LogOptions log;
  std::string group, advertise;  // one of many instances: the group's name, and HOST:PORT where others reach this one
  std::string group_key;         // which its members share
  std::string tls_certificate, tls_key;
  bool insecure = false;
  bool access_log = false;
  std::uint32_t scrub_contacts_per_second = 0;
  RateLimit rate_limit;                                       // of each key
  RateLimit page_rate_limit{.per_second = 50, .burst = 200};  // of each key of a web page
  RateLimit wrong_key_limit{.per_second = 5, .burst = 50};    // of each client's address
  std::uint64_t cache_bytes = 128u << 20;                     // of rows, in memory
  std::uint64_t keep_free_bytes = 256u << 20;                 // of the disk: below it nothing is written
  std::uint32_t parked_days_kept = 30;                        // of an encrypted log
  bool demo = false;                                          // fills an empty log with sample contacts
  std::optional<std::string> admin_key;                       // made to be one; unset: drawn where there is none
};

// Serves until SIGTERM or SIGINT, then drains; a second signal ends at once. Everything it says goes to stderr.
[[nodiscard]] Result<ExitCode> run_server(const ServeOptions& options);

}  // namespace rapport

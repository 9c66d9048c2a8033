// rapport serve: an engine and its HTTP server, from the first line to the last drained request.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/http/http_server.h"
#include "tools/rapport/exit_code.h"
#include "tools/rapport/log_options.h"

namespace rapport {

struct ServeOptions {
  std::filesystem::path data = "rapport-data";
  std::filesystem::path backups;  // empty: in the data directory
  std::string listen = "127.0.0.1:8080";
  unsigned threads = 2;
  LogOptions log;
  std::string tls_certificate, tls_key;
  bool insecure = false;
  bool access_log = false;
  std::uint32_t scrub_contacts_per_second = 0;
  bool demo = false;                     // fills an empty log with sample contacts
  std::optional<std::string> admin_key;  // made to be one; unset: drawn where there is none
};

// Serves until SIGTERM or SIGINT, then drains; a second signal ends at once. Everything it says goes to stderr.
[[nodiscard]] Result<ExitCode> run_server(const ServeOptions& options);

}  // namespace rapport

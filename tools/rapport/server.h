// rapport serve: an engine and its HTTP server, from the first line to the last drained request.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "engine/http/http_server.h"
#include "tools/rapport/exit_code.h"

namespace rapport {

struct ServeOptions {
  std::filesystem::path data = "rapport-data";
  std::string listen = "127.0.0.1:8080";
  unsigned threads = 2;
  std::string log = "embedded";  // or "kafka"
  int partitions = 1;            // of a log that is made
  std::string brokers, topic = "rapport";
  bool create_topics = false;
  std::vector<std::string> kafka_properties;  // name=value
  std::string tls_certificate, tls_key;
  bool insecure = false;
  bool access_log = false;
  bool demo = false;                     // fills an empty log with sample contacts
  std::optional<std::string> admin_key;  // made to be one; unset: drawn where there is none
};

// Serves until SIGTERM or SIGINT, then drains; a second signal ends at once. Everything it says goes to stderr.
[[nodiscard]] Result<ExitCode> run_server(const ServeOptions& options);

}  // namespace rapport

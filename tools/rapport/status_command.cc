// rapport status: how a server is.
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/json_text.h"
#include "tools/rapport/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

// "1042 of 1050, 8 events and 0.214 s behind", and what is wrong with it.
std::string partition_text(const json::value& partition) {
  std::string out = json_text(partition.at("position")) + " of " + json_text(partition.at("end")) + ", " +
                    json_text(partition.at("lag")) + " events and " + json_text(partition.at("lagSeconds")) +
                    " s behind";
  if (!partition.at("error").is_null()) out += ": " + json_text(partition.at("error"));
  return out;
}

Result<ExitCode> status(const ServerOptions& server) {
  auto api = server.connect();
  if (!api) return api.error();
  const auto answer = api->get("/v1/status");
  if (!answer) return answer.error();
  if (server.json) {
    std::cout << json::serialize(*answer) << "\n";
  } else {
    Table table({"STATUS", "VALUE"});
    for (const char* name : {"version", "log", "contacts", "digest", "generation", "position", "end"}) {
      table.add({name, json_text(answer->at(name))});
    }
    for (const auto& [name, value] : answer->at("lag").as_object())
      table.add({"lag." + std::string(name), json_text(value)});
    for (const auto& [name, value] : answer->at("events").as_object()) {
      table.add({"events." + std::string(name), json_text(value)});
    }
    for (const json::value& partition : answer->at("partitions").as_array()) {
      table.add({"partition." + json_text(partition.at("partition")), partition_text(partition)});
    }
    for (const json::value& warning : answer->at("warnings").as_array())
      table.add({"warning", json_text(warning)}, Colour::yellow);
    table.print();
  }
  return answer->at("warnings").as_array().empty() ? ExitCode::done : ExitCode::no;
}

}  // namespace

void add_status_command(CLI::App& program, Run& run) {
  const auto server = std::make_shared<ServerOptions>();
  CLI::App& command =
      *program.add_subcommand("status", "How a server is: position, lag, digest; exit 1 with a warning");
  add_server_options(command, *server);
  on_run(command, run, [server] { return status(*server); });
}

}  // namespace rapport

// rapport backup DIR: of a served engine by its API, or of a stopped one's data directory.
#include <iostream>
#include <memory>
#include <thread>

#include "tools/rapport/command.h"
#include "tools/rapport/operate/stopped_engine.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/progress.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kPoll{100};

struct BackupArguments {
  ServerOptions server;
  std::string directory;
  std::filesystem::path data;  // empty: of the served engine
  LogOptions log;
};

void print(const BackupArguments& arguments, const json::object& backup, const std::string& directory) {
  if (arguments.server.json) {
    std::cout << json::serialize(backup) << "\n";
    return;
  }
  Table table({"BACKUP", directory});
  for (const auto& [name, value] : backup) table.add({name, json_text(value)});
  table.print();
}

Result<ExitCode> back_up_served(const BackupArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  auto status =
      api->send(HttpMethod::post, "/v1/backups", json::serialize(json::object{{"directory", arguments.directory}}));
  if (!status) return status.error();
  const std::string target = "/v1/backups/" + json_text(status->at("id"));
  {
    Progress progress("bytes", 0);
    while (status->at("ended").is_null()) {
      std::this_thread::sleep_for(kPoll);
      status = api->get(target);
      if (!status) return status.error();
      progress.at(status->at("bytes").to_number<std::uint64_t>(), status->at("bytesTotal").to_number<std::uint64_t>());
    }
  }
  if (!status->at("error").is_null()) {
    std::cerr << "rapport: " << json_text(status->at("error")) << "\n";
    return ExitCode::refused;
  }
  print(arguments, status->at("backup").as_object(), json_text(status->at("directory")));
  return ExitCode::done;
}

Result<ExitCode> back_up_stopped(const BackupArguments& arguments) {
  auto stored = open_stopped_engine(arguments.data, arguments.log);
  if (!stored) return stored.error();
  Progress progress("bytes", 0);
  const auto made = back_up(*stored->log, arguments.log.kind, *stored->generation->view(), arguments.directory,
                            [&](std::uint64_t bytes, std::uint64_t total) {
                              progress.at(bytes, total);
                              return true;
                            });
  if (!made) return made.error();
  const auto position = [&](const Positions& positions) { return to_string(PositionToken{made->log, positions}); };
  print(arguments,
        {{"position", position(made->position)},
         {"logEnd", made->log_end ? json::value(position(*made->log_end)) : json::value()},
         {"digest", to_string(made->digest)},
         {"records", made->counts.records()},
         {"contacts", made->contacts},
         {"files", made->files.size()},
         {"bytes", made->size_bytes()}},
        arguments.directory);
  return ExitCode::done;
}

}  // namespace

void add_backup_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<BackupArguments>();
  CLI::App& command = *program.add_subcommand("backup", "Copy all that an engine holds, while it serves or stopped");
  command
      .add_option("directory", arguments->directory,
                  "New or empty; of a served engine below its --backups, on its machine")
      ->required();
  // Not from the environment: RAPPORT_DATA would turn a backup of the server into one of a stopped directory.
  command.add_option("--data", arguments->data, "The data directory of a stopped engine, instead of a server");
  add_log_options(command, arguments->log);
  add_server_options(command, arguments->server);
  on_run(command, run,
         [arguments] { return arguments->data.empty() ? back_up_served(*arguments) : back_up_stopped(*arguments); });
}

}  // namespace rapport

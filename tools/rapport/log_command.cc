// rapport log copy: an embedded log's events to a Kafka log, or to an embedded log with other partitions.
#include <iostream>
#include <memory>

#include "engine/engine.h"
#include "engine/log/log_copy.h"
#include "tools/rapport/command.h"
#include "tools/rapport/log_options.h"
#include "tools/rapport/progress.h"

namespace rapport {
namespace {

struct CopyArguments {
  std::filesystem::path from = "rapport-data";
  std::filesystem::path to_data;
  std::filesystem::path from_master_key_file;
  LogOptions to;
  bool json = false;
};

Result<std::unique_ptr<EventLog>> open_target(const CopyArguments& arguments) {
  auto choice = arguments.to.choose();
  if (!choice) return choice.error();
  if (arguments.to.kind == "kafka" && !arguments.to.encrypt) return choice->open({});
  if (arguments.to_data.empty()) {
    return Error{Errc::invalid_argument, "says where the new log, or its keys, go", "to-data"};
  }
  auto directory = DataDirectory::open(arguments.to_data, choice->kind);
  if (!directory) return directory.error();
  auto log = choice->open(directory->log_path());
  if (!log) return log;
  RAPPORT_TRY(seal_log(**log, directory->path(), choice->seal));
  return log;
}

Result<ExitCode> copy(const CopyArguments& arguments) {
  if (!std::filesystem::exists(arguments.from / "format")) {
    return Error{Errc::not_found, "is not a data directory", arguments.from.string()};
  }
  auto directory = DataDirectory::open(arguments.from, "embedded");
  if (!directory) return directory.error();
  auto from = embedded_log(1).open(directory->log_path());
  if (!from) return from.error();
  const auto master = seal_options(false, arguments.from_master_key_file);
  if (!master) return master.error();
  RAPPORT_TRY(seal_log(**from, directory->path(), *master));
  auto to = open_target(arguments);
  if (!to) return to.error();
  const auto ends = (*from)->ends();
  if (!ends) return ends.error();
  std::uint64_t total = 0;
  for (const auto& [partition, end] : *ends) total += static_cast<std::uint64_t>(end.value + 1);
  Result<LogCopyResult> copied = LogCopyResult{};
  {
    Progress progress("records", total);
    copied = copy_log(**from, **to, [&](std::uint64_t records) {
      progress.at(records);
      return true;
    });
  }
  if (!copied) return copied.error();
  if (arguments.json) {
    std::cout << boost::json::serialize(boost::json::object{
                     {"copied", copied->records}, {"leftOut", copied->left_out}, {"log", to_string((*to)->id())}})
              << "\n";
  } else {
    std::cout << copied->records << " records copied from log " << to_string((*from)->id()) << " to log "
              << to_string((*to)->id()) << "; serve it with an empty data directory, and compare the digests of\n"
              << "`rapport status`\n";
  }
  return ExitCode::done;
}

}  // namespace

void add_log_command(CLI::App& program, Run& run) {
  CLI::App& command = *program.add_subcommand("log", "The log itself: copy");
  command.require_subcommand(1);
  const auto arguments = std::make_shared<CopyArguments>();
  CLI::App& sub =
      *command.add_subcommand("copy", "Copy a stopped engine's embedded log to Kafka, or to more partitions");
  sub.add_option("--from", arguments->from, "The data directory of the embedded log")->capture_default_str();
  sub.add_option("--to-data", arguments->to_data, "The new log's data directory: of an embedded or an encrypted one");
  sub.add_option("--from-master-key-file", arguments->from_master_key_file, "Of the log that is copied");
  add_log_options(sub, arguments->to);
  sub.add_flag("--json", arguments->json, "One JSON document");
  sub.footer("  rapport log copy --from rapport-data --log kafka --brokers HOST:PORT --topic crm --create-topics");
  on_run(sub, run, [arguments] { return copy(*arguments); });
}

}  // namespace rapport

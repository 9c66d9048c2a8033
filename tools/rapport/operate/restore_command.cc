// rapport restore DIR --data NEW: a data directory made again from a backup.
#include <iostream>
#include <memory>

#include "engine/backup/restore.h"
#include "tools/rapport/command.h"
#include "tools/rapport/operate/log_options.h"
#include "tools/rapport/terminal/progress.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

struct RestoreArguments {
  std::string backup;
  std::filesystem::path data, master_key_file, erasures;
  bool from_log = false, json = false;
};

Result<ExitCode> restore(const RestoreArguments& arguments) {
  RestoreOptions options{.backup = arguments.backup, .data = arguments.data, .use_projections = !arguments.from_log};
  options.notice = [](const std::string& line) { std::cerr << line << "\n"; };
  const auto seal = seal_options(false, arguments.master_key_file);
  if (!seal) return seal.error();
  options.seal = *seal;
  options.erasures = arguments.erasures;
  Result<Restored> restored = Error{};
  {
    Progress progress("bytes", 0);
    restored = restore_backup(options, [&](std::uint64_t bytes, std::uint64_t total) {
      if (total > 0) progress.at(bytes, total);
      return true;
    });
  }
  if (!restored) return restored.error();
  const BackupManifest& manifest = restored->manifest;
  const std::string position = to_string(PositionToken{manifest.log, manifest.position});
  if (arguments.json) {
    std::cout << boost::json::serialize(boost::json::object{{"data", arguments.data.string()},
                                                            {"made", format_timestamp(manifest.made)},
                                                            {"position", position},
                                                            {"digest", to_string(manifest.digest)},
                                                            {"refolded", restored->refolded},
                                                            {"erased", restored->erased}})
              << "\n";
    return ExitCode::done;
  }
  Table table({"RESTORED", arguments.data.string()});
  table.add({"made", format_timestamp(manifest.made)});
  table.add({"position", position});
  table.add({"digest", to_string(manifest.digest)});
  table.add({"projections", restored->refolded ? "folded anew from the log" : "as they were"});
  if (restored->erased > 0) table.add({"erased", std::to_string(restored->erased) + " contacts, since the backup"});
  table.print();
  std::cerr << "rapport serve --data " << arguments.data.string() << " --log " << manifest.log_kind
            << "   goes on from there\n";
  return ExitCode::done;
}

}  // namespace

void add_restore_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<RestoreArguments>();
  CLI::App& command = *program.add_subcommand(
      "restore", "Make a data directory from a backup: every file checked, the digest compared");
  command.add_option("backup", arguments->backup, "The backup's directory")->required();
  command.add_option("--data", arguments->data, "The data directory to make, new or empty")->required();
  command.add_flag("--from-log", arguments->from_log,
                   "Leave the backup's projections aside, and fold its log anew: where they are damaged or gone");
  add_master_key_option(command, arguments->master_key_file);
  command.add_option("--erasures", arguments->erasures,
                     "The register of contacts erased since; erased.ndjson beside the backup where it is left out");
  command.add_flag("--json", arguments->json, "One JSON document");
  on_run(command, run, [arguments] { return restore(*arguments); });
}

}  // namespace rapport

// rapport verify: the rows against the log they were folded from.
#include <algorithm>
#include <iostream>
#include <memory>

#include "engine/fold/refold.h"
#include "projections/generation_compare.h"
#include "tools/rapport/command.h"
#include "tools/rapport/operate/rebuild_watch.h"
#include "tools/rapport/operate/stopped_engine.h"
#include "tools/rapport/terminal/progress.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct VerifyArguments {
  std::filesystem::path data;  // empty: of the engine that a server runs
  LogOptions log;
  ServerOptions server;
};

// A generation beside the live one, gone when the comparison is over.
class ScratchGeneration {
 public:
  ScratchGeneration(DataDirectory& directory, std::uint64_t number) : directory_(directory), number_(number) {}
  ~ScratchGeneration() {
    generation.reset();
    (void)directory_.drop_generation(number_);
  }

  std::unique_ptr<Generation> generation;

 private:
  DataDirectory& directory_;
  std::uint64_t number_;
};

void print(const VerifyArguments& arguments, const View& live, const View& fresh,
           const GenerationDifference& difference) {
  const std::string live_digest = to_string(total_digest(live.checkpoints()));
  const std::string fresh_digest = to_string(total_digest(fresh.checkpoints()));
  if (arguments.server.json) {
    json::array rows;
    for (const RowDifference& row : difference.first) {
      rows.push_back(json::object{{"subject", row.subject}, {"part", row.part}, {"how", row.how}});
    }
    std::cout << json::serialize(json::object{{"equal", difference.none()},
                                              {"digest", live_digest},
                                              {"refolded", fresh_digest},
                                              {"rows", difference.rows_compared},
                                              {"different", difference.rows_different},
                                              {"differences", rows}})
              << "\n";
    return;
  }
  std::cout << "records  " << total_counts(fresh.checkpoints()).records() << "\nrows     " << difference.rows_compared
            << "\ndigest   " << live_digest << "\nrefolded " << fresh_digest << "\n";
  if (difference.none()) {
    std::cout << "equal: every row is what the log says\n";
    return;
  }
  std::cout << difference.rows_different << " rows differ\n";
  Table table({"SUBJECT", "PART", "HOW"});
  for (const RowDifference& row : difference.first) table.add({row.subject, row.part, row.how});
  table.print();
}

Result<ExitCode> verify_stored(const VerifyArguments& arguments) {
  auto stored = open_stopped_engine(arguments.data, arguments.log);
  if (!stored) return stored.error();
  if (!stored->generation->is_foldable()) {
    return Error{Errc::wrong_format, "the rows are of another fold version: serve them, and rapport rebuild compares",
                 arguments.data.string()};
  }
  RAPPORT_TRY(stored->generation->finish_indexes());  // the engine may have stopped in the middle of one
  const auto live = stored->generation->view();

  const std::uint64_t number = stored->directory.next_generation();
  ScratchGeneration scratch(stored->directory, number);
  auto generation = Generation::open({.directory = stored->directory.generation_path(number)});
  if (!generation) return generation.error();
  scratch.generation = *std::move(generation);
  {
    Progress progress("records", total_counts(live->checkpoints()).records());
    RAPPORT_TRY(refold(*stored->log, *scratch.generation, live->positions(), [&](std::uint64_t records) {
      progress.at(records);
      return true;
    }));
  }
  const auto fresh = scratch.generation->view();
  const auto difference = compare_generations(*fresh, *live);
  if (!difference) return difference.error();
  print(arguments, *live, *fresh, *difference);
  return difference->none() ? ExitCode::done : ExitCode::no;
}

Result<ExitCode> verify_served(const VerifyArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  auto told = start_rebuilds(*api, "", R"({"verify":true})");
  if (!told) return told.error();
  RAPPORT_TRY(watch_rebuilds(*api, *told));
  if (arguments.server.json) {
    std::cout << json::serialize(told->json()) << "\n";
  } else {
    for (const json::value& status : told->statuses) print_rebuild(status);
    print_problems(*told);
  }
  const bool equal = std::all_of(told->statuses.begin(), told->statuses.end(),
                                 [](const json::value& status) { return status.at("state") == "verified"; });
  return equal && told->without_problem() ? ExitCode::done : ExitCode::no;
}

}  // namespace

void add_verify_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<VerifyArguments>();
  CLI::App& command = *program.add_subcommand(
      "verify", "Refold the log beside the rows and compare every one of them; exit 1 where they differ");
  command.footer(
      "Examples:\n"
      "  rapport verify                   a served engine, which goes on serving\n"
      "  rapport verify --data DIR        a stopped one");
  command.add_option("--data", arguments->data, "The data directory of a stopped engine")->envname("RAPPORT_DATA");
  add_log_options(command, arguments->log);
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments, &command] {
    const bool served = arguments->data.empty() || (is_typed(command, "--url") && !is_typed(command, "--data"));
    return served ? verify_served(*arguments) : verify_stored(*arguments);
  });
}

}  // namespace rapport

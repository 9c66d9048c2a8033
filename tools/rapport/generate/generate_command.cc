// rapport generate: the bench workload as NDJSON.
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {
namespace {

constexpr std::size_t kWriteBytes = 1u << 16;

Result<ExitCode> generate(const GeneratorOptions& options) {
  auto generator = EventGenerator::make(options);
  if (!generator) return generator.error();
  std::string out;
  while (true) {
    const bool more = generator->append_next(out);
    if (!more || out.size() >= kWriteBytes) {
      if (!std::cout.write(out.data(), static_cast<std::streamsize>(out.size()))) break;  // run_program says so
      out.clear();
    }
    if (!more) break;
  }
  return ExitCode::done;
}

}  // namespace

void add_generate_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<GeneratorOptions>();
  CLI::App& command = *program.add_subcommand("generate", "Made-up events of made-up contacts, as NDJSON");
  command.add_option("--events", options->events, "How many events")->capture_default_str();
  command.add_option("--contacts", options->contacts, "Over how many contacts")->capture_default_str();
  command.add_option("--seed", options->seed, "The same seed gives the same bytes")->capture_default_str();
  on_run(command, run, [options] { return generate(*options); });
}

}  // namespace rapport

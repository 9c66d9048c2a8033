// rapport publish: NDJSON events from a file or a pipe to a server.
#include <fstream>
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/event_sender.h"
#include "tools/rapport/line_reader.h"
#include "tools/rapport/progress.h"

namespace rapport {
namespace {

struct PublishArguments {
  ServerOptions server;
  std::string file = "-";
  std::string rejects;
};

void print_summary(const SendTotals& totals, double seconds, bool as_json) {
  if (as_json) {
    std::cout << boost::json::serialize(boost::json::object{{"accepted", totals.accepted},
                                                            {"repeated", totals.repeated},
                                                            {"refused", totals.refused},
                                                            {"parked", totals.parked},
                                                            {"rejected", totals.rejected},
                                                            {"durable", totals.durable},
                                                            {"seconds", seconds}})
              << "\n";
    return;
  }
  std::cout << totals_text(totals) << " in " << seconds << " s\n";
}

Result<ExitCode> publish(const PublishArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  auto lines = LineReader::open(arguments.file);
  if (!lines) return lines.error();
  std::ofstream rejects;
  if (!arguments.rejects.empty()) {
    rejects.open(arguments.rejects, std::ios::binary);
    if (!rejects) return Error{Errc::storage_failed, "cannot be written", arguments.rejects};
  }
  constexpr std::size_t kShownMax = 10;
  std::size_t shown = 0;
  EventSender sender(*api, [&](std::string_view line, const boost::json::object& result) {
    if (rejects.is_open()) {
      rejects << boost::json::serialize(boost::json::object{{"line", std::string(line)}, {"result", result}}) << "\n";
    } else if (++shown <= kShownMax) {
      std::cerr << "not accepted: " << boost::json::serialize(result) << "\n";
    }
  });
  const auto start = std::chrono::steady_clock::now();
  {
    Progress progress("events", 0);
    while (true) {
      auto line = lines->next();
      if (!line) return line.error();
      if (!*line) break;
      if ((*line)->too_long) {
        return Error{Errc::too_large, "is longer than an event may be", "line " + std::to_string((*line)->number)};
      }
      RAPPORT_TRY(sender.add((*line)->text));
      progress.at(sender.totals().all());
    }
    RAPPORT_TRY(sender.finish());
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  print_summary(sender.totals(), seconds, arguments.server.json);
  return sender.totals().clean() ? ExitCode::done : ExitCode::refused;
}

}  // namespace

void add_publish_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<PublishArguments>();
  CLI::App& command = *program.add_subcommand("publish", "Send events, one JSON object a line, to a server");
  command.add_option("file", arguments->file, "NDJSON, plain or gzip; - is standard input")->capture_default_str();
  command.add_option("--rejects", arguments->rejects, "Write the lines that were not accepted, with the reason, here");
  command.footer(
      "Safe to run again: an event that is there already is a repeat.\n\n"
      "  rapport generate --events 1000 | rapport publish\n");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return publish(*arguments); });
}

}  // namespace rapport

// rapport import: other systems' records as events.
#include <iostream>
#include <memory>
#include <optional>

#include "tools/rapport/command.h"
#include "tools/rapport/import/access_log_events.h"
#include "tools/rapport/import/access_log_line.h"
#include "tools/rapport/publish/event_sender.h"
#include "tools/rapport/publish/line_reader.h"
#include "tools/rapport/terminal/progress.h"

namespace rapport {
namespace {

struct AccessLogArguments {
  ServerOptions server;
  std::string file;
  AccessLogEventsOptions events;
};

constexpr std::size_t kBadLinesShown = 5;

// The whole log in memory: visits need its requests in the order of time.
Result<std::uint64_t> read_log(const std::string& path, VisitSplitter& splitter) {
  auto lines = LineReader::open(path);
  if (!lines) return lines.error();
  std::uint64_t bad = 0;
  while (true) {
    auto line = lines->next();
    if (!line) return line.error();
    if (!*line) break;
    const auto request = (*line)->too_long ? Result<AccessLogRequest>(Error{Errc::too_large, "is too long"})
                                           : parse_access_log_line((*line)->text);
    if (request) {
      splitter.add(*request);
    } else if (++bad <= kBadLinesShown) {
      std::cerr << "line " << (*line)->number << " is left out: " << request.error().detail << "\n";
    }
  }
  return bad;
}

Result<ExitCode> import_access_log(const AccessLogArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto start = std::chrono::steady_clock::now();
  VisitSplitter splitter;
  const auto bad = read_log(arguments.file, splitter);
  if (!bad) return bad.error();
  if (*bad > 0 && splitter.request_count() == 0) {
    return Error{Errc::wrong_format, "no line of it is one of an access log", arguments.file};
  }
  auto visits = splitter.split();
  const std::size_t visit_count = visits.size();
  std::size_t page_count = 0;
  for (const LoggedVisit& visit : visits) page_count += visit.pages.size();

  AccessLogEvents events(splitter.visitors(), std::move(visits), arguments.events);
  std::optional<Progress> progress(std::in_place, "events", events.size());
  EventSender sender(*api, [&](const RejectedLine& line) { progress->say(rejection_text(line, "event")); });
  std::uint64_t number = 0;
  for (std::string line; line.clear(), events.append_next(line);) {
    line.pop_back();
    RAPPORT_TRY(sender.add(line, ++number));
    progress->at(sender.totals().all());
  }
  RAPPORT_TRY(sender.finish());
  progress.reset();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const SendTotals& totals = sender.totals();
  if (arguments.server.json) {
    std::cout << boost::json::serialize(boost::json::object{{"requests", splitter.request_count()},
                                                            {"badLines", *bad},
                                                            {"visitors", splitter.visitors().size()},
                                                            {"visits", visit_count},
                                                            {"pages", page_count},
                                                            {"accepted", totals.accepted},
                                                            {"repeated", totals.repeated},
                                                            {"rejected", totals.rejected},
                                                            {"refused", totals.refused},
                                                            {"seconds", seconds}})
              << "\n";
  } else {
    std::cout << splitter.request_count() << " requests of " << splitter.visitors().size()
              << " visitors: " << visit_count << " visits, " << page_count << " pages";
    if (*bad > 0) std::cout << "; " << *bad << " lines left out";
    std::cout << "\n" << totals_text(totals) << " in " << seconds_text(seconds) << "\n";
  }
  return totals.clean() ? ExitCode::done : ExitCode::refused;
}

}  // namespace

void add_import_command(CLI::App& program, Run& run) {
  CLI::App& command = *program.add_subcommand("import", "Bring other systems' records in as events");
  command.require_subcommand(1);
  add_contact_imports(command, run);
  const auto arguments = std::make_shared<AccessLogArguments>();
  CLI::App& access_log = *command.add_subcommand("access-log", "A web server's log (combined format) as visits");
  access_log.add_option("file", arguments->file, "The log, plain or gzip; - is standard input")->required();
  access_log
      .add_option("--source", arguments->events.source,
                  "The events' source; one of its own for each import lets revert take back that one")
      ->capture_default_str();
  access_log.add_option("--channel", arguments->events.channel, "The channel of the visitors")->capture_default_str();
  access_log.add_option("--site", arguments->events.site, "Put before paths, for example https://shop.example");
  access_log.footer("Safe to run again: the same log gives the same events, which fold once.");
  add_server_options(access_log, arguments->server);
  on_run(access_log, run, [arguments] { return import_access_log(*arguments); });
}

}  // namespace rapport

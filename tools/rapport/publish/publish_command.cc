// rapport publish: NDJSON events from a file or a pipe to a server, or straight to the inbox of a Kafka log.
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>

#include "engine/log/kafka_inbox_writer.h"
#include "events/event_decoder.h"
#include "tools/rapport/command.h"
#include "tools/rapport/operate/log_options.h"
#include "tools/rapport/publish/byte_order_mark.h"
#include "tools/rapport/publish/event_sender.h"
#include "tools/rapport/publish/line_reader.h"
#include "tools/rapport/terminal/progress.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

struct PublishArguments {
  ServerOptions server;
  std::string file = "-";
  std::string rejects;
  std::string brokers, topic = "rapport";
  std::vector<std::string> kafka_properties;
};

// Hands on each line that is no longer than an event may be.
Result<void> each_line(const std::string& file, const std::function<Result<void>(const LineReader::Line&)>& take) {
  auto lines = LineReader::open(file);
  if (!lines) return lines.error();
  while (true) {
    auto line = lines->next();
    if (!line) return line.error();
    if (!*line) return {};
    if ((*line)->too_long) {
      return Error{Errc::too_large, "is longer than an event may be", "line " + std::to_string((*line)->number)};
    }
    if ((*line)->number == 1) take_byte_order_mark((*line)->text);
    if (!(*line)->text.empty()) RAPPORT_TRY(take(**line));
  }
}

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
  std::cout << totals_text(totals) << " in " << seconds_text(seconds) << "\n";
}

Result<ExitCode> publish(const PublishArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  std::ofstream rejects;
  if (!arguments.rejects.empty()) {
    rejects.open(arguments.rejects, std::ios::binary);
    if (!rejects) return Error{Errc::storage_failed, "cannot be written", arguments.rejects};
  }
  constexpr std::size_t kShownMax = 10;
  std::size_t shown = 0;
  std::optional<Progress> progress(std::in_place, "events", 0);
  EventSender sender(*api, [&](const RejectedLine& line) {
    if (rejects.is_open()) {
      rejects << boost::json::serialize(boost::json::object{
                     {"line", line.number}, {"event", std::string(line.text)}, {"result", line.result}})
              << "\n";
    } else if (++shown <= kShownMax) {
      progress->say(rejection_text(line));
    } else if (shown == kShownMax + 1) {
      progress->say("... and more: --rejects FILE keeps them all");
    }
  });
  const auto start = std::chrono::steady_clock::now();
  const auto send = [&](const LineReader::Line& line) -> Result<void> {
    progress->at(sender.totals().all());
    return sender.add(line.text, line.number);
  };
  RAPPORT_TRY(each_line(arguments.file, send));
  RAPPORT_TRY(sender.finish());
  progress.reset();
  if (rejects.is_open() && !rejects.flush()) {
    return Error{Errc::storage_failed, "cannot be written to its end", arguments.rejects};
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  print_summary(sender.totals(), seconds, arguments.server.json);
  return sender.totals().clean() ? ExitCode::done : ExitCode::refused;
}

// To the inbox, from where an engine moves what passes its checks. A line that is no event is not sent.
Result<ExitCode> publish_to_inbox(const PublishArguments& arguments) {
  const auto connection = kafka_connection(arguments.brokers, arguments.kafka_properties);
  if (!connection) return connection.error();
  auto writer = KafkaInboxWriter::open(*connection, arguments.topic);
  if (!writer) return writer.error();
  EventDecoder decoder;
  std::uint64_t rejected = 0;
  const auto start = std::chrono::steady_clock::now();
  {
    Progress progress("events", 0);
    const auto send = [&](const LineReader::Line& line) -> Result<void> {
      const auto event = decoder.decode(line.text);
      if (!event) {
        ++rejected;
        progress.say("line " + std::to_string(line.number) + " is not sent: " + printable(to_string(event.error())));
        return {};
      }
      progress.at((*writer)->delivered());
      return (*writer)->write(to_string(event->subject), line.text);
    };
    RAPPORT_TRY(each_line(arguments.file, send));
    RAPPORT_TRY((*writer)->flush());
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (arguments.server.json) {
    std::cout << boost::json::serialize(boost::json::object{
                     {"delivered", (*writer)->delivered()}, {"rejected", rejected}, {"seconds", seconds}})
              << "\n";
  } else {
    std::cout << (*writer)->delivered() << " delivered to " << arguments.topic << ".inbox, " << rejected
              << " rejected in " << seconds_text(seconds) << "\n";
  }
  return rejected == 0 ? ExitCode::done : ExitCode::refused;
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
  command.add_option("--brokers", arguments->brokers, "Send to the inbox of a Kafka log instead: HOST:PORT,...")
      ->envname("RAPPORT_BROKERS");
  command.add_option("--topic", arguments->topic, "The log's topic; its inbox is <topic>.inbox")
      ->envname("RAPPORT_TOPIC")
      ->capture_default_str();
  add_kafka_property_option(command, arguments->kafka_properties);
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments, &command] {
    const bool to_server =
        arguments->brokers.empty() || (is_typed(command, "--url") && !is_typed(command, "--brokers"));
    return to_server ? publish(*arguments) : publish_to_inbox(*arguments);
  });
}

}  // namespace rapport

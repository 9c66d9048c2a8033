// rapport doctor: what is wrong around an engine, and what to do about it.
#include <iostream>
#include <memory>

#include "engine/http/http_client.h"
#include "engine/log/kafka_inbox.h"
#include "engine/log/kafka_key_stream.h"
#include "engine/log/kafka_log.h"
#include "tools/rapport/command.h"
#include "tools/rapport/operate/config_file.h"
#include "tools/rapport/operate/doctor.h"
#include "tools/rapport/operate/log_options.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct DoctorArguments {
  std::filesystem::path data = "rapport-data";
  LogOptions log;
  std::string tls_certificate, tls_key;
  ServerOptions server;
  bool ask_server = false;
};

// What the engine itself asks of the topics when it starts.
Result<void> check_topics(const KafkaLogOptions& log) {
  RAPPORT_TRY(KafkaLog::check(log));
  const auto keys = KafkaKeyStream::open({.connection = log.connection, .topic = log.topic}, false);
  if (!keys) return keys.error();
  return KafkaInbox::check({.connection = log.connection, .topic = log.topic});
}

Result<Finding> check_broker(const LogOptions& log) {
  if (log.kind != "kafka") return Finding{"broker", Health::unasked, "the log is embedded", ""};
  const auto options = log.kafka_options();
  if (!options) return options.error();
  if (const auto good = check_topics(*options); !good) {
    return Finding{"broker", Health::ill, to_string(good.error()), "what it says; docs/kafka.md has the settings"};
  }
  return Finding{"broker", Health::well, "it answers, and the topics' settings keep the log", ""};
}

// The server's clock and version, or why it does not tell them.
void check_server(const ServerOptions& server, std::vector<Finding>& out) {
  const auto client = HttpClient::open({.url = server.url});
  const auto answer = client ? (*client)->send({.target = "/healthz"}) : Result<HttpClientResponse>(client.error());
  if (!answer) {
    out.push_back(
        {"server", Health::ill, to_string(answer.error()), "start it (rapport serve), or name another by --url"});
    return;
  }
  out.push_back({"server", Health::well, server.url + " answers", ""});
  out.push_back(check_clock(answer->headers.find("Date").value_or(""), now_wall_clock()));
  auto api = server.connect();
  const auto status = api ? api->get("/v1/status") : Result<json::value>(api.error());
  if (!status) {
    out.push_back(
        {"version", Health::unasked, to_string(status.error()), "set RAPPORT_KEY to a key that may read status"});
    return;
  }
  out.push_back(check_version(kProgramVersion, json::value_to<std::string>(status->at("version"))));
  for (const json::value& warning : status->at("warnings").as_array()) {
    out.push_back({"warning", Health::ill, json::value_to<std::string>(warning), "docs/operate.md has what to do"});
  }
}

void print(const std::vector<Finding>& findings) {
  Table table({"CHECK", "HEALTH", "FACTS", "WHAT TO DO"});
  table.yielding({2});
  for (const Finding& one : findings) {
    const auto colour = one.health == Health::ill    ? std::optional(Colour::red)
                        : one.health == Health::well ? std::optional(Colour::green)
                                                     : std::optional(Colour::dim);
    table.add({one.check, std::string(name_of(one.health)), one.facts, one.mend.empty() ? "-" : one.mend}, colour);
  }
  table.print();
}

Result<ExitCode> examine(const DoctorArguments& arguments) {
  std::vector<Finding> findings{check_directory(arguments.data), check_format(arguments.data, arguments.log.kind),
                                check_disk(arguments.data)};
  findings.push_back(arguments.tls_certificate.empty()
                         ? Finding{"tls", Health::unasked, "no --tls-cert", ""}
                         : check_tls({arguments.tls_certificate, arguments.tls_key}, now_wall_clock()));
  auto broker = check_broker(arguments.log);
  if (!broker) return broker.error();
  findings.push_back(*std::move(broker));
  if (arguments.ask_server) {
    check_server(arguments.server, findings);
  } else {
    findings.push_back({"server", Health::unasked, "no --url: its clock and version are not asked", ""});
  }
  bool well = true;
  for (const Finding& one : findings) well = well && one.health != Health::ill;
  if (arguments.server.json) {
    json::array checks;
    for (const Finding& one : findings) checks.push_back(to_json(one));
    std::cout << json::serialize(json::object{{"well", well}, {"checks", std::move(checks)}}) << "\n";
  } else {
    print(findings);
  }
  return well ? ExitCode::done : ExitCode::no;
}

}  // namespace

void add_doctor_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<DoctorArguments>();
  CLI::App& command = *program.add_subcommand(
      "doctor", "What is wrong around an engine, and what to do about it; exit 1 where anything is");
  command.add_option("--data", arguments->data, "The data directory")->envname("RAPPORT_DATA")->capture_default_str();
  add_log_options(command, arguments->log);
  const auto config = std::make_shared<std::string>();
  command.add_option("--config", *config, "The file that serve is given: what it says is looked at, too")
      ->envname("RAPPORT_CONFIG");
  CLI::Option* certificate =
      command.add_option("--tls-cert", arguments->tls_certificate, "PEM, the whole chain")->envname("RAPPORT_TLS_CERT");
  CLI::Option* key = command.add_option("--tls-key", arguments->tls_key, "PEM")->envname("RAPPORT_TLS_KEY");
  certificate->needs(key);
  key->needs(certificate);
  add_server_options(command, arguments->server);
  command.footer(
      "Run it as the user that serves, with the options that serve is given:\n"
      "  rapport doctor --data /var/lib/rapport --tls-cert chain.pem --tls-key key.pem --url https://crm.example\n"
      "Nothing is made or changed. --url also asks a server: its clock, its version, its warnings.");
  on_run(command, run, [arguments, config, &command, &program]() -> Result<ExitCode> {
    if (!config->empty()) RAPPORT_TRY(apply_config_file(command, *config, program.get_subcommand("serve")));
    arguments->ask_server = command.count("--url") > 0;
    return examine(*arguments);
  });
}

}  // namespace rapport

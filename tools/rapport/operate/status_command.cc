// rapport status: how a server is.
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

// To the millisecond, so that it keeps its width from one look to the next.
std::string lag_text(const json::value& seconds) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3f", seconds.to_number<double>());
  return text.data();
}

// "1042 of 1050, 8 events and 0.214 s behind", and what is wrong with it.
std::string partition_text(const json::value& partition) {
  std::string out = json_text(partition.at("position")) + " of " + json_text(partition.at("end")) + ", " +
                    json_text(partition.at("lag")) + " events and " + lag_text(partition.at("lagSeconds")) +
                    " s behind";
  if (!partition.at("error").is_null()) out += ": " + json_text(partition.at("error"));
  return out;
}

struct Setting {
  std::string name, value, source;
};

// Which is the first of option, environment and default to say something.
std::string source_of(const CLI::App& command, const std::string& option, const std::string& value,
                      const char* environment) {
  const char* set = std::getenv(environment);
  if (set != nullptr && value == set) return environment;
  return command.count(option) > 0 ? option : "default";
}

// Of this program; a key by its id alone, which is no secret.
std::vector<Setting> settings_of(const CLI::App& command, const ServerOptions& server) {
  std::vector<Setting> out{{"url", server.url, source_of(command, "--url", server.url, "RAPPORT_URL")}};
  if (!server.key_file.empty()) {
    out.push_back({"key", "of " + server.key_file, "--key-file"});
  } else if (!server.key.empty()) {
    out.push_back({"key", server.key.substr(0, server.key.find('_', 3)) + "_...", "RAPPORT_KEY"});
  } else {
    out.push_back({"key", "none", "default"});
  }
  const bool is_set = std::getenv("NO_COLOR") != nullptr || std::getenv("CLICOLOR_FORCE") != nullptr;
  out.push_back(
      {"color", use_colour() ? "yes" : "no", is_set ? "NO_COLOR, CLICOLOR_FORCE" : "the terminal, or --color"});
  return out;
}

// "member.crm-1:8080  partitions 0 1 2", and which of them this is.
void add_members(Table& table, const json::value& group) {
  table.add({"group", json_text(group.at("name"))});
  for (const json::value& member : group.at("members").as_array()) {
    std::string text = "partitions";
    for (const json::value& partition : member.at("partitions").as_array()) text += " " + json_text(partition);
    if (member.at("address") == group.at("address")) text += " (this one)";
    table.add({"member." + json_text(member.at("address")), text});
  }
  if (!group.at("confirmed").as_bool()) table.add({"group", "this one is not confirmed"}, Colour::yellow);
  if (!group.at("error").is_null()) table.add({"group", json_text(group.at("error"))}, Colour::yellow);
}

Result<ExitCode> status(const ServerOptions& server, const std::vector<Setting>& settings) {
  auto api = server.connect();
  if (!api) return api.error();
  auto answer = api->get("/v1/status");
  if (!answer) return answer.error();
  if (server.json) {
    json::array told;
    for (const auto& [name, value, source] : settings) {
      told.push_back(json::object{{"name", name}, {"value", value}, {"source", source}});
    }
    if (!told.empty()) answer->as_object()["settings"] = std::move(told);
    std::cout << json::serialize(*answer) << "\n";
  } else {
    Table table({"STATUS", "VALUE"});
    for (const char* name : {"version", "log", "contacts", "digest", "generation", "position", "end"}) {
      table.add({name, json_text(answer->at(name))});
    }
    for (const auto& [name, value] : answer->at("lag").as_object())
      table.add({"lag." + std::string(name), name == "seconds" ? lag_text(value) : json_text(value)});
    if (const json::value* catch_up = answer->as_object().if_contains("catchUp")) {
      table.add({"catch-up", json_text(catch_up->at("events")) + " of " + json_text(catch_up->at("of")) + " events"});
    }
    for (const auto& [name, value] : answer->at("events").as_object()) {
      table.add({"events." + std::string(name), json_text(value)});
    }
    for (const json::value& partition : answer->at("partitions").as_array()) {
      table.add({"partition." + json_text(partition.at("partition")), partition_text(partition)});
    }
    if (const json::value* inbox = answer->as_object().if_contains("inbox")) {
      for (const char* name : {"moved", "parked", "lost"}) {
        table.add({"inbox." + std::string(name), json_text(inbox->at(name))});
      }
    }
    if (const json::value* group = answer->as_object().if_contains("group")) add_members(table, *group);
    for (const auto& [name, value, source] : settings) table.add({"setting." + name, value + " (" + source + ")"});
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
  const auto verbose = std::make_shared<bool>(false);
  command.add_flag("-v,--verbose", *verbose, "Also what this program goes by, and where each of it was set");
  on_run(command, run, [server, verbose, &command] {
    return status(*server, *verbose ? settings_of(command, *server) : std::vector<Setting>());
  });
}

}  // namespace rapport

// rapport rebuild: fold the log anew beside the live rows, prove them equal, swap.
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/confirm.h"
#include "tools/rapport/rebuild_watch.h"
#include "tools/rapport/terminal.h"

namespace rapport {
namespace {

namespace json = boost::json;

struct RebuildArguments {
  ServerOptions server;
  std::uint64_t records_per_second = 0, from = 0, contact = 0;
  bool accept = false, detach = false;
};

std::string body_of(const RebuildArguments& arguments) {
  json::object body{{"recordsPerSecond", arguments.records_per_second}};
  if (arguments.from != 0) body["from"] = arguments.from;
  if (arguments.contact != 0) body["contact"] = arguments.contact;
  if (arguments.accept) body["accept"] = true;
  return json::serialize(body);
}

// The one that is under way, where that is what was asked for, or a new one.
Result<json::value> start_or_join(ApiClient& api, const RebuildArguments& arguments) {
  auto newest = newest_rebuild(api);
  if (!newest) return newest.error();
  if (!newest->is_null() && !is_rebuild_over(*newest) && arguments.from == 0 && arguments.contact == 0) {
    if (!arguments.accept || !is_rebuild_waiting(*newest)) return newest;
    return api.send(HttpMethod::post, rebuild_target(*newest) + "/accept", "");
  }
  return api.send(HttpMethod::post, "/v1/rebuilds", body_of(arguments));
}

// The live rows are of another fold version and differ: a person decides.
Result<json::value> decide(ApiClient& api, const json::value& status) {
  print_rebuild(status);
  if (!stdin_is_terminal() || !stderr_is_terminal()) {
    std::cerr << "it waits: rapport rebuild --accept swaps all the same\n";
    return status;
  }
  const auto yes = confirm("Swap all the same?", false);
  if (!yes) return yes.error();
  auto told = api.send(HttpMethod::post, rebuild_target(status) + (*yes ? "/accept" : "/cancel"), "");
  if (!told) return told.error();
  return watch_rebuild(api, *std::move(told));
}

Result<ExitCode> rebuild(const RebuildArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  auto status = start_or_join(*api, arguments);
  if (!status) return status.error();
  if (!arguments.detach) {
    status = watch_rebuild(*api, *std::move(status));
    if (status && is_rebuild_waiting(*status) && !arguments.server.json) status = decide(*api, *status);
    if (!status) return status.error();
  }
  if (arguments.server.json) {
    std::cout << json::serialize(*status) << "\n";
  } else if (!is_rebuild_waiting(*status)) {
    print_rebuild(*status);
  }
  const json::value& state = status->at("state");
  const bool done = state == "swapped" || state == "mended" || state == "verified";
  return arguments.detach || done ? ExitCode::done : ExitCode::no;
}

}  // namespace

void add_rebuild_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<RebuildArguments>();
  CLI::App& command = *program.add_subcommand(
      "rebuild", "Fold the log anew beside the live rows, compare, and swap; exit 1 where they differ");
  command.footer(
      "Examples:\n"
      "  rapport rebuild                  the whole log; reads and writes go on meanwhile\n"
      "  rapport rebuild --one 42         contact 42 alone; its rows are mended in place\n"
      "  rapport rebuild --from 3         goes on with generation 3, kept on disk, from where it stands\n"
      "  rapport rebuild --from 3 --accept  the way back: swaps though the live rows differ\n");
  command.add_option("--records-per-second", arguments->records_per_second, "No faster than this; 0 is no limit");
  command.add_option("--one", arguments->contact, "Only this contact")->type_name("ID");
  command.add_option("--from", arguments->from, "Start at the position of this kept generation")->type_name("N");
  command.add_flag("--accept", arguments->accept, "Swap even where the rows differ");
  command.add_flag("--detach", arguments->detach, "Start it and do not wait");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return rebuild(*arguments); });
}

}  // namespace rapport

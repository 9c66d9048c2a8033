// rapport rebuild: fold the log anew beside the live rows, prove them equal, swap.
#include <iostream>
#include <memory>
#include <thread>

#include "tools/rapport/command.h"
#include "tools/rapport/progress.h"
#include "tools/rapport/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kPoll{200};

struct RebuildArguments {
  ServerOptions server;
  std::uint64_t records_per_second = 0;
  bool detach = false;
};

bool is_over(const json::value& status) { return !status.at("ended").is_null(); }

std::uint64_t number(const json::value& status, const char* name) { return status.at(name).to_number<std::uint64_t>(); }

void print(const json::value& status, double seconds) {
  const std::string state = status.at("state").as_string().c_str();
  std::cout << "rebuild " << number(status, "id") << ": " << state << ", " << number(status, "records")
            << " records in " << seconds_text(seconds) << "\n";
  if (!status.at("liveDigest").is_null()) {
    std::cout << "live   " << status.at("liveDigest").as_string().c_str() << "\nfresh  "
              << status.at("freshDigest").as_string().c_str() << "\n";
  }
  if (!status.at("error").is_null()) std::cout << status.at("error").as_string().c_str() << "\n";
  if (!status.at("difference").is_object()) return;
  Table table({"SUBJECT", "PART", "HOW"});
  for (const json::value& row : status.at("difference").at("first").as_array()) {
    table.add(
        {row.at("subject").as_string().c_str(), row.at("part").as_string().c_str(), row.at("how").as_string().c_str()});
  }
  table.print();
}

Result<ExitCode> rebuild(const RebuildArguments& arguments) {
  auto api = arguments.server.connect();
  if (!api) return api.error();
  const auto start = std::chrono::steady_clock::now();
  const json::object body{{"recordsPerSecond", arguments.records_per_second}};
  auto status = api->send(HttpMethod::post, "/v1/rebuilds", json::serialize(body));
  if (!status) return status.error();
  const std::string target = "/v1/rebuilds/" + std::to_string(number(*status, "id"));
  if (!arguments.detach) {
    Progress progress("records", number(*status, "total"));
    while (!is_over(*status)) {
      std::this_thread::sleep_for(kPoll);
      status = api->get(target);
      if (!status) return status.error();
      progress.at(number(*status, "records"), number(*status, "total"));
    }
  }
  if (arguments.server.json) {
    std::cout << json::serialize(*status) << "\n";
  } else {
    print(*status, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return arguments.detach || status->at("state") == "swapped" ? ExitCode::done : ExitCode::no;
}

}  // namespace

void add_rebuild_command(CLI::App& program, Run& run) {
  const auto arguments = std::make_shared<RebuildArguments>();
  CLI::App& command = *program.add_subcommand(
      "rebuild", "Fold the log anew beside the live rows, compare, and swap; exit 1 where they differ");
  command.add_option("--records-per-second", arguments->records_per_second, "No faster than this; 0 is no limit");
  command.add_flag("--detach", arguments->detach, "Start it and do not wait");
  add_server_options(command, arguments->server);
  on_run(command, run, [arguments] { return rebuild(*arguments); });
}

}  // namespace rapport

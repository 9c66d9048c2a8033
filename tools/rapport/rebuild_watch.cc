#include "tools/rapport/rebuild_watch.h"

#include <iostream>
#include <thread>

#include "tools/rapport/progress.h"
#include "tools/rapport/table.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kPoll{200};

std::uint64_t number(const json::value& status, const char* name) { return status.at(name).to_number<std::uint64_t>(); }

std::string text(const json::value& status, const char* name) { return status.at(name).as_string().c_str(); }

void print_difference(const json::value& difference) {
  std::cout << number(difference, "different") << " of " << number(difference, "rows") << " rows differ:";
  for (const auto& [part, rows] : difference.at("parts").as_object()) {
    std::cout << " " << std::string(part) << " " << rows.to_number<std::uint64_t>();
  }
  std::cout << "\n";
  Table table({"SUBJECT", "PART", "HOW"});
  for (const json::value& row : difference.at("first").as_array()) {
    table.add({text(row, "subject"), text(row, "part"), text(row, "how")});
  }
  table.print();
}

}  // namespace

bool is_rebuild_over(const json::value& status) { return !status.at("ended").is_null(); }
bool is_rebuild_waiting(const json::value& status) { return status.at("state") == "waiting"; }
std::string rebuild_target(const json::value& status) { return "/v1/rebuilds/" + std::to_string(number(status, "id")); }

Result<json::value> newest_rebuild(ApiClient& api) {
  auto all = api.get("/v1/rebuilds");
  if (!all) return all.error();
  const json::array& items = all->at("items").as_array();
  return items.empty() ? json::value() : items.front();
}

Result<json::value> watch_rebuild(ApiClient& api, json::value status) {
  const std::string target = rebuild_target(status);
  Progress progress("records", number(status, "total"));
  while (!is_rebuild_over(status) && !is_rebuild_waiting(status)) {
    std::this_thread::sleep_for(kPoll);
    auto now = api.get(target);
    if (!now) return now.error();
    status = *std::move(now);
    progress.at(number(status, "records"), number(status, "total"));
  }
  return status;
}

void print_rebuild(const json::value& status) {
  std::cout << "rebuild " << number(status, "id") << ": " << text(status, "state") << ", " << number(status, "records")
            << " records\n";
  if (!status.at("liveDigest").is_null()) {
    std::cout << "live   " << text(status, "liveDigest") << "\nfresh  " << text(status, "freshDigest") << "\n";
  }
  if (number(status, "liveFoldVersion") != number(status, "foldVersion")) {
    std::cout << "the live rows were folded by version " << number(status, "liveFoldVersion") << ", the fresh ones by "
              << number(status, "foldVersion") << "\n";
  }
  if (!status.at("error").is_null()) std::cout << text(status, "error") << "\n";
  if (status.at("difference").is_object()) print_difference(status.at("difference"));
}

}  // namespace rapport

#include "tools/rapport/operate/rebuild_watch.h"

#include <algorithm>
#include <iostream>
#include <thread>

#include "engine/http/request_target.h"
#include "tools/rapport/terminal/progress.h"
#include "tools/rapport/terminal/table.h"

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

// Whose it is stands in the answers of all members, and not in that of one.
json::value with_member(json::value status, const std::string& member) {
  if (!member.empty()) status.as_object()["member"] = member;
  return status;
}

std::string member_of(const json::value& status) {
  const json::value* member = status.as_object().if_contains("member");
  return member == nullptr ? "" : member->as_string().c_str();
}

std::string target_of(const std::string& path, const std::string& member) {
  return "/v1/rebuilds" + path + (member.empty() ? "" : "?member=" + percent_encode(member));
}

RebuildsTold told_by(const json::value& answer, const std::string& member) {
  RebuildsTold out;
  const json::object& read = answer.as_object();
  if (const json::value* members = read.if_contains("members")) out.members = *members;
  if (const json::value* items = read.if_contains("items")) {
    for (const json::value& one : items->as_array()) out.statuses.push_back(with_member(one, member));
  } else {
    out.statuses.push_back(with_member(answer, member));
  }
  return out;
}

}  // namespace

bool RebuildsTold::without_problem() const {
  if (!is_of_group()) return true;
  const json::array& all = members.as_array();
  return std::all_of(all.begin(), all.end(), [](const json::value& one) { return one.at("problem").is_null(); });
}

json::value RebuildsTold::json() const {
  if (!is_of_group()) return statuses.empty() ? json::value() : statuses.front();
  return json::object{{"items", json::array(statuses.begin(), statuses.end())}, {"members", members}};
}

bool is_rebuild_over(const json::value& status) { return !status.at("ended").is_null(); }
bool is_rebuild_waiting(const json::value& status) { return status.at("state") == "waiting"; }

Result<RebuildsTold> newest_rebuilds(ApiClient& api, const std::string& member) {
  const auto answer = api.get(target_of("", member));
  if (!answer) return answer.error();
  return told_by(*answer, member);
}

Result<RebuildsTold> start_rebuilds(ApiClient& api, const std::string& member, std::string options) {
  const auto answer = api.send(HttpMethod::post, target_of("", member), std::move(options));
  if (!answer) return answer.error();
  return told_by(*answer, member);
}

Result<json::value> tell_rebuild(ApiClient& api, const json::value& status, const std::string& word) {
  const std::string member = member_of(status);
  auto answer = api.send(HttpMethod::post, target_of("/" + std::to_string(number(status, "id")) + word, member), "");
  if (!answer) return answer.error();
  return with_member(*std::move(answer), member);
}

Result<json::value> watch_rebuild(ApiClient& api, json::value status) {
  const std::string member = member_of(status);
  const std::string target = target_of("/" + std::to_string(number(status, "id")), member);
  Progress progress(member.empty() ? "records" : member + " records", number(status, "total"));
  while (!is_rebuild_over(status) && !is_rebuild_waiting(status)) {
    std::this_thread::sleep_for(kPoll);
    auto now = api.get(target);
    if (!now) return now.error();
    status = with_member(*std::move(now), member);
    progress.at(number(status, "records"), number(status, "total"));
  }
  return status;
}

Result<void> watch_rebuilds(ApiClient& api, RebuildsTold& told) {
  for (json::value& status : told.statuses) {
    auto ended = watch_rebuild(api, std::move(status));
    if (!ended) return ended.error();
    status = *std::move(ended);
  }
  return {};
}

void print_problems(const RebuildsTold& told) {
  if (!told.is_of_group()) return;
  for (const json::value& one : told.members.as_array()) {
    if (!one.at("problem").is_null()) std::cerr << text(one, "member") << ": " << text(one, "problem") << "\n";
  }
}

void print_rebuild(const json::value& status) {
  const std::string member = member_of(status);
  std::cout << (member.empty() ? "" : member + " ") << "rebuild " << number(status, "id") << ": "
            << text(status, "state") << ", " << number(status, "records") << " records\n";
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

#include "tools/rapport/api_change.h"

#include <iostream>

#include "tools/rapport/terminal/confirm.h"
#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

namespace json = boost::json;

Result<json::value> send(ApiClient& api, const ApiChange& change, const ChangeOptions& options, bool dry) {
  HttpHeaders headers;
  if (options.if_version) headers.add("If-Match", "\"" + std::to_string(*options.if_version) + "\"");
  if (!options.idempotency_key.empty()) headers.add("Idempotency-Key", options.idempotency_key);
  std::string target = change.target;
  if (dry) target += target.find('?') == std::string::npos ? "?dry_run=1" : "&dry_run=1";
  return api.send(change.method, target, change.body, "application/json", std::move(headers));
}

void print_events(const json::value& dry) {
  for (const json::value& event : dry.at("events").as_array()) {
    std::cerr << "would append " << printable(json_text(event.at("type"))) << " to "
              << printable(json_text(event.at("subject"))) << " " << printable(json::serialize(event.at("data")))
              << "\n";
  }
}

}  // namespace

void add_change_options(CLI::App& command, ChangeOptions& options) {
  command.add_flag("--dry-run", options.dry_run, "Write nothing: show what it would come to");
  command.add_option("--idempotency-key", options.idempotency_key, "The same for every retry of one change");
}

Result<std::optional<json::value>> send_change(ApiClient& api, const ApiChange& change, const ChangeOptions& options) {
  const bool asks = !change.question.empty() && !options.yes && !options.dry_run;
  if (asks) RAPPORT_TRY(check_askable());
  if (asks || options.dry_run) {
    const auto dry = send(api, change, options, true);
    if (!dry) return dry.error();
    if (!options.json) print_events(*dry);
    if (options.dry_run) return std::optional(options.json ? *dry : dry->at("answer"));
    const auto sure = confirm(change.question, false);
    if (!sure) return sure.error();
    if (!*sure) return std::optional<json::value>();
  }
  auto answer = send(api, change, options, false);
  if (!answer) return answer.error();
  return std::optional(*std::move(answer));
}

}  // namespace rapport

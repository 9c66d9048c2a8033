// A change over the API from a shell: with --dry-run only tried; where it destroys, tried first, shown and asked about.
#pragma once

#include <CLI/App.hpp>
#include <boost/json.hpp>
#include <optional>
#include <string>

#include "tools/rapport/api_client.h"

namespace rapport {

struct ChangeOptions {
  bool dry_run = false;
  bool yes = false;
  bool json = false;                        // of a dry run the whole answer, with the events
  std::optional<std::uint64_t> if_version;  // only where the contact is still at this version
  std::string idempotency_key;
};
// --dry-run and --idempotency-key; the others are the command's own to offer.
void add_change_options(CLI::App& command, ChangeOptions& options);

struct ApiChange {
  HttpMethod method = HttpMethod::post;
  std::string target;
  std::string body = {};
  std::string question = {};  // asked before it is done; empty: it needs no asking
};

// What the write answered, or would answer. What would be appended is said on stderr. Absent: the question's answer was
// no. Errors: ApiClient's; invalid_argument: nobody is there to ask.
[[nodiscard]] Result<std::optional<boost::json::value>> send_change(ApiClient& api, const ApiChange& change,
                                                                    const ChangeOptions& options);

}  // namespace rapport

// A rebuild on a server, followed to its end and told to a person.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>

#include "tools/rapport/api_client.h"

namespace rapport {

// Of a rebuild's status, as /v1/rebuilds shows it.
bool is_rebuild_over(const boost::json::value& status);
bool is_rebuild_waiting(const boost::json::value& status);
std::string rebuild_target(const boost::json::value& status);

// The newest rebuild; null where there was none. Errors: ApiClient's.
[[nodiscard]] Result<boost::json::value> newest_rebuild(ApiClient& api);

// Shows progress until it is over, or waits for a word. Returns its status then. Errors: ApiClient's.
[[nodiscard]] Result<boost::json::value> watch_rebuild(ApiClient& api, boost::json::value status);

// What came of it, on stdout: digests, and which rows differ.
void print_rebuild(const boost::json::value& status);

}  // namespace rapport

// A rebuild on a server, followed to its end and told to a person.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "tools/rapport/api_client.h"

namespace rapport {

// What /v1/rebuilds shows: one rebuild, or, of a group of instances, one of each that has any.
struct RebuildsTold {
  std::vector<boost::json::value> statuses;  // of a group each with its "member"
  boost::json::value members;                // of a group: what each was asked for; else null

  bool is_of_group() const { return !members.is_null(); }
  // Whether each member has done what it was asked.
  bool without_problem() const;
  boost::json::value json() const;
};

// Of a rebuild's status.
bool is_rebuild_over(const boost::json::value& status);
bool is_rebuild_waiting(const boost::json::value& status);

// Of all instances of a group, or of the one that is named; "" names none. Errors of all: ApiClient's.
[[nodiscard]] Result<RebuildsTold> newest_rebuilds(ApiClient& api, const std::string& member);
[[nodiscard]] Result<RebuildsTold> start_rebuilds(ApiClient& api, const std::string& member, std::string options);

// "/accept" or another word for one that is under way. Returns its status then.
[[nodiscard]] Result<boost::json::value> tell_rebuild(ApiClient& api, const boost::json::value& status,
                                                      const std::string& word);

// Shows progress until it is over, or waits for a word. Returns its status then.
[[nodiscard]] Result<boost::json::value> watch_rebuild(ApiClient& api, boost::json::value status);
// One after the other.
[[nodiscard]] Result<void> watch_rebuilds(ApiClient& api, RebuildsTold& told);

// What came of it, on stdout: digests, and which rows differ.
void print_rebuild(const boost::json::value& status);
// Which members have not done what they were asked, on stderr.
void print_problems(const RebuildsTold& told);

}  // namespace rapport

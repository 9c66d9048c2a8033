// Fields as a command line sets them: name=Ada is text, age:=42 is JSON, name= removes.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "events/result.h"

namespace rapport {

inline constexpr const char* kAssignmentHelp = "name=Ada sets text, age:=42 sets JSON, name= removes";

// Errors: invalid_argument.
[[nodiscard]] Result<boost::json::object> parse_assignments(const std::vector<std::string>& assignments);

}  // namespace rapport

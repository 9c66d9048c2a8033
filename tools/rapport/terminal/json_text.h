// A JSON value of the API as a person reads it.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace rapport {

// A string bare, null as "-", a number in full with no digit too many, a time (by the look of it) as moment_text
// has it, lists with ", " between, "-" where they are empty; objects as JSON.
std::string json_text(const boost::json::value& value);

// The member's text; "-" where it is absent.
std::string json_text(const boost::json::object& object, std::string_view name);

}  // namespace rapport

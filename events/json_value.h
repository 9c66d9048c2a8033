// Boost.JSON's value of what is known to be JSON: an event's data, a body that json_check.h has let through, the answer
// of an engine. By itself Boost gives up at 32 levels, where an event's values stand some deeper in what is told of
// them, and at an exponent of ten digits, where an event's decoder reads 0 ("0e9999999999").
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace rapport {

// Null where `failed` says why.
boost::json::value parse_json_value(std::string_view text, boost::system::error_code& failed);

// Throws boost::system::system_error.
boost::json::value parse_json_value(std::string_view text);

}  // namespace rapport

// Reads JSON that an engine has written. An event's values stand in it, which are as deep as kEventDepthMax by
// themselves and here lie within what is said of them; Boost.JSON gives up at 32 unless it is told otherwise.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace rapport {

// Null where `failed` says why.
boost::json::value parse_own_json(std::string_view text, boost::system::error_code& failed);

// Throws boost::system::system_error.
boost::json::value parse_own_json(std::string_view text);

}  // namespace rapport

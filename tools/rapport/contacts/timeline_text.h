// What an event of a timeline did, on one line: "email: - -> a@x.example", or else what it says.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace rapport {

// `item`: as /v1/contacts/{id}/timeline and the feed have it.
std::string timeline_text(const boost::json::object& item);

}  // namespace rapport

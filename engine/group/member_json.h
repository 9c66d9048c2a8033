// How what members tell each other is read from JSON.
//
// Invariants: a member of another version, or who is no member, makes an error and never an exception or a value of
// ours.
#pragma once

#include <boost/json/value.hpp>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "events/ids.h"
#include "events/json_value.h"
#include "events/json_writer.h"
#include "events/result.h"

namespace rapport {

// What `read`, which returns a Result, makes of the value that `text` is. It may throw, as Boost does where a member is
// missing or of another kind, and what stands below: the result is then `otherwise`, as where the text is no JSON.
template <class Read>
std::invoke_result_t<Read, const boost::json::value&> read_member_json(std::string_view text, const Error& otherwise,
                                                                       Read read) {
  try {
    return read(parse_json_value(text));
  } catch (const std::exception&) {
    return otherwise;
  }
}

// invalid_argument: the member's text is no such thing.
Error not_understood(std::string_view what);

// These throw where the value is none.
std::string string_of(const boost::json::value& value);
ContactId contact_id_of(const boost::json::value& value);
std::vector<ContactId> contact_ids_of(const boost::json::value& value);

void write_contact_ids(JsonWriter& out, std::string_view name, const std::vector<ContactId>& contacts);

}  // namespace rapport

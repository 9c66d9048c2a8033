// Finds how a value was written, in JSON text that has been parsed and is known to be valid: simdjson's DOM keeps what
// a text says, and an event's data is kept as its publisher wrote it (1.10 stays 1.10).
//
// Invariants: nothing here validates. Given other text the answer is wrong, but nothing is read outside of it.
// Internal to events/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rapport::events_internal {

// The text of the value of the object's `index`-th member, counted from 0, without white space around it.
std::string_view member_source(std::string_view object, std::size_t index);

// The same for the object's last member, where all before it are scalars, it is an object itself and `key` is its key
// as written, with quotes and colon: found by its brace, without a walk over what stands before. Else empty.
std::string_view last_object_source(std::string_view object, std::string_view key);

// The texts of the array's elements, without white space around them.
std::vector<std::string_view> element_sources(std::string_view array);

// The same text without the white space that stands outside of strings. `scratch` is room that is used again.
std::string minified(std::string_view json, std::string& scratch);

}  // namespace rapport::events_internal

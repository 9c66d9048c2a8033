// A moment of a contact's history as people type it: what parse_moment reads, a position, or a version ("v17").
#pragma once

#include <string>

namespace rapport {

// As the API takes it, ready for a query. What is no time is the server's to understand, or to refuse.
std::string as_of_parameter(const std::string& text);

}  // namespace rapport

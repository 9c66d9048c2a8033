// Accept and Content-Type against what a route speaks (RFC 9110, sections 12.5.1 and 8.3).
#pragma once

#include <optional>
#include <string_view>

#include "engine/http/problem.h"

namespace rapport {

// Whether the value of an Accept field takes the media type: the most specific of its ranges that fits decides, and
// takes it but with q=0. What is malformed is passed over; "" takes everything.
bool accepts(std::string_view accept, std::string_view media_type);

// Whether the request's fields fit a route that answers with `produces` and reads `consumes`, each "" where it does not
// matter. Without a body there is no type to be wrong, and a body without a type is taken for what is wanted. No route
// reads a body that is encoded (Content-Encoding: gzip).
// Set: why they do not, 406 not_acceptable or 415 unsupported_media_type.
std::optional<Problem> media_problem(const HttpRequest& request, bool has_body, std::string_view produces,
                                     std::string_view consumes);

}  // namespace rapport

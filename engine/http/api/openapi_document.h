// docs/openapi.json, as the program carries it.
#pragma once

#include <string_view>

namespace rapport {

extern const std::string_view kOpenApiDocument;

}  // namespace rapport

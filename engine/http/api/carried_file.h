// A file of the tree that the program carries in itself, to be served: the same for everyone, and no secret.
#pragma once

#include <string_view>

#include "engine/http/http_message.h"

namespace rapport {

struct CarriedFile {
  std::string_view name;  // "console.css"
  std::string_view type;  // its media type, as Content-Type says it
  std::string_view etag;  // in quotes, made of its bytes
  std::string_view text;
};

// With its tag; without its bytes (304) where If-None-Match says that the caller has them.
HttpResponse carried_file_response(const HttpRequest& request, const CarriedFile& file);

}  // namespace rapport

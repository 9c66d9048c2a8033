// engine/http/console/, as the program carries it: the page of a browser and what it loads.
#pragma once

#include <span>
#include <string_view>

namespace rapport {

struct ConsoleFile {
  std::string_view name;  // "console.css"; the page itself is "index.html"
  std::string_view type;  // its media type, as Content-Type says it
  std::string_view etag;  // in quotes, made of its bytes
  std::string_view text;
};

extern const std::span<const ConsoleFile> kConsoleFiles;

}  // namespace rapport

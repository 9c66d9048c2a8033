#include "tools/rapport/operate/stopped_engine.h"

#include <iostream>

namespace rapport {

Result<StoredEngine> open_stopped_engine(const std::filesystem::path& data, const LogOptions& log) {
  if (!std::filesystem::exists(data / "format")) {
    return Error{Errc::not_found, "is not a data directory", data.string()};
  }
  auto choice = log.choose();
  if (!choice) return choice.error();
  return open_stored(
      {.data = data, .log = *std::move(choice), .notice = [](const std::string& line) { std::cerr << line << "\n"; }});
}

}  // namespace rapport

#include <algorithm>
#include <charconv>

#include "engine/http/http_server.h"
#include "engine/http/request_target.h"

namespace rapport {
namespace {

// Of a path that no route knows: enough to see what was tried.
constexpr std::size_t kUnknownPathBytesMax = 128;

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void append_path(std::string& line, const AccessRecord& record) {
  const std::size_t begin = line.size();
  for (std::size_t i = 0; i < record.request.path.size(); ++i) {
    const std::string& segment = record.request.path[i];
    const bool is_parameter =
        record.route != nullptr && std::any_of(record.route->parameters.begin(), record.route->parameters.end(),
                                               [&](const auto& parameter) { return parameter.second == i; });
    line.push_back('/');
    line.append(is_parameter && !is_number(segment) ? "*" : percent_encode(segment));
  }
  if (line.size() == begin) line.push_back('/');
  if (record.route == nullptr && line.size() - begin > kUnknownPathBytesMax) {
    line.resize(begin + kUnknownPathBytesMax);
    line.append("...");
  }
}

}  // namespace

std::string access_log_line(const AccessRecord& record) {
  std::string line;
  if (record.well_formed) {
    line.append(http_method_name(record.request.method)).push_back(' ');
    append_path(line, record);
  } else {
    line.append("malformed");
  }
  line.append(" ").append(std::to_string(record.status));
  line.append(" ").append(std::to_string(record.response_bytes)).append("B ");
  char milliseconds[32];
  const auto written =
      std::to_chars(std::begin(milliseconds), std::end(milliseconds),
                    static_cast<double>(record.duration.count()) / 1000.0, std::chars_format::fixed, 3);
  line.append(milliseconds, written.ptr).append("ms ");
  line.append(record.request.peer);
  if (!record.principal.key_id.empty()) line.append(" key=").append(record.principal.key_id);
  line.append(" id=").append(record.request.request_id);
  return line;
}

}  // namespace rapport

#include <algorithm>
#include <charconv>

#include "engine/http/http_server.h"
#include "engine/http/request_target.h"

namespace rapport {
namespace {

// Of a path that no route knows: enough to see what was tried.
constexpr std::size_t kUnknownPathBytesMax = 128;
// Of one segment of it: a key is longer.
constexpr std::size_t kUnknownSegmentBytesMax = 32;

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A path that no route knows may be one mistyped, with a key or an address where it was pasted.
bool is_shown_unknown(std::string_view segment) {
  return segment.size() <= kUnknownSegmentBytesMax && segment.find('@') == std::string_view::npos;
}

bool is_shown(const AccessRecord& record, std::size_t index) {
  const std::string& segment = record.request.path[index];
  if (record.route == nullptr) return is_shown_unknown(segment);
  const auto& parameters = record.route->parameters;
  return is_number(segment) || std::none_of(parameters.begin(), parameters.end(),
                                            [&](const auto& parameter) { return parameter.second == index; });
}

void append_path(std::string& line, const AccessRecord& record) {
  const std::size_t begin = line.size();
  for (std::size_t i = 0; i < record.request.path.size(); ++i) {
    line.push_back('/');
    line.append(is_shown(record, i) ? percent_encode(record.request.path[i]) : "*");
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

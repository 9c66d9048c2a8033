#include "engine/group/event_stream_lines.h"

#include <utility>

namespace rapport {
namespace {

// The value of "name: value" or "name:value"; empty where the line is another field's.
bool take_field(std::string_view line, std::string_view name, std::string& into) {
  if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") return false;
  line.remove_prefix(name.size() + 1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  into = line;
  return true;
}

}  // namespace

bool EventStreamLines::feed(std::string_view bytes, const Each& each) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    line_.append(bytes.substr(0, end));
    if (line_.size() > kEventLineBytesMax) return false;
    if (end == std::string_view::npos) return true;
    bytes.remove_prefix(end + 1);
    if (!end_line(each)) return false;
  }
  return true;
}

// Comments, and fields that ours have none of, are passed over.
bool EventStreamLines::end_line(const Each& each) {
  const std::string line = std::exchange(line_, {});
  if (!line.empty()) {
    (void)(take_field(line, "id", event_.id) || take_field(line, "event", event_.type) ||
           take_field(line, "data", event_.data));
    return true;
  }
  Event event = std::exchange(event_, {});
  return (event.id.empty() && event.data.empty()) || each(std::move(event));
}

}  // namespace rapport

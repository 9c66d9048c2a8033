#include "tools/rapport/contacts/event_stream.h"

#include <algorithm>
#include <utility>

namespace rapport {

void EventStreamReader::feed(std::string_view piece, const Sink& sink) {
  rest_.append(piece);
  std::size_t begin = 0;
  for (std::size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    std::string_view text = std::string_view(rest_).substr(begin, end - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    line(text, sink);
  }
  rest_.erase(0, begin);
}

void EventStreamReader::line(std::string_view text, const Sink& sink) {
  if (text.empty()) {
    last_id_ = id_;
    sink({name_.empty() ? "message" : name_, data_});
    name_.clear();
    data_.clear();
    has_data_ = false;
    return;
  }
  const auto colon = std::min(text.find(':'), text.size());
  const std::string_view field = text.substr(0, colon);
  std::string_view value = text.substr(std::min(colon + 1, text.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "id") {
    id_ = value;
  } else if (field == "event") {
    name_ = value;
  } else if (field == "data") {
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += value;
  }
}

}  // namespace rapport

#include "engine/http/api/line_batches.h"

#include <utility>

namespace rapport {

void LineBatches::feed(std::string_view piece) {
  rest_.append(piece);
  std::size_t begin = 0;
  for (std::size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    line(std::string_view(rest_).substr(begin, end - begin));
  }
  rest_.erase(0, begin);
  if (rest_.size() > kLineBytesMax) {
    too_long_ = true;
    rest_.clear();
  }
}

void LineBatches::finish() {
  if (!rest_.empty() || too_long_) line(rest_);
  rest_.clear();
}

EventBatch LineBatches::take() {
  bytes_ = 0;
  return std::exchange(batch_, {});
}

void LineBatches::line(std::string_view text) {
  ++number_;
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (std::exchange(too_long_, false)) {
    batch_.add(at_line({Errc::too_large, "is longer than " + std::to_string(kLineBytesMax) + " bytes"}));
    return;
  }
  if (text.empty()) return;
  bytes_ += text.size();
  auto event = decoder_.decode(text);
  batch_.add(event ? std::move(event) : Result<Event>(at_line(event.error())));
}

Error LineBatches::at_line(Error error) const {
  error.field = "line " + std::to_string(number_) + (error.field.empty() ? "" : ": " + error.field);
  return error;
}

}  // namespace rapport

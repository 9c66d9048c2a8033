#include "engine/http/api/line_batches.h"

#include <algorithm>
#include <utility>

#include "events/decoder_of_thread.h"

namespace rapport {
namespace {

Error at_line(std::uint64_t number, Error error) {
  error.field = "line " + std::to_string(number) + (error.field.empty() ? "" : ": " + error.field);
  return error;
}

}  // namespace

EventBatch events_of(const LineBatch& batch) {
  EventBatch out;
  out.reserve(batch.lines);
  std::uint64_t number = batch.first_line;
  for (std::size_t begin = 0, end; begin < batch.text.size(); begin = end + 1, ++number) {
    end = std::min(batch.text.find('\n', begin), batch.text.size());
    std::string_view line = std::string_view(batch.text).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.size() > kLineBytesMax) {
      out.add(at_line(number, {Errc::too_large, "is longer than " + std::to_string(kLineBytesMax) + " bytes"}));
      continue;
    }
    auto event = decoder_of_thread().decode(line);
    out.add(event ? std::move(event) : Result<Event>(at_line(number, event.error())));
  }
  return out;
}

void LineBatches::feed(std::string_view piece) {
  const std::size_t last = piece.rfind('\n');
  if (last == std::string_view::npos) return begin_line(piece);
  const std::string_view whole = piece.substr(0, last + 1);
  batch_.lines += static_cast<std::uint64_t>(std::count(whole.begin(), whole.end(), '\n'));
  batch_.text.append(rest_).append(whole);
  rest_.clear();
  begin_line(piece.substr(last + 1));
}

// Of a line that is too long no more is kept than what tells so.
void LineBatches::begin_line(std::string_view start) {
  const std::size_t room = kLineBytesMax + 1 - std::min(rest_.size(), kLineBytesMax + 1);
  rest_.append(start.substr(0, room));
}

void LineBatches::finish() {
  if (rest_.empty()) return;
  batch_.text.append(rest_) += '\n';
  ++batch_.lines;
  rest_.clear();
}

LineBatch LineBatches::take() {
  const std::uint64_t next = batch_.first_line + batch_.lines;
  LineBatch taken = std::exchange(batch_, {});
  batch_.first_line = next;
  return taken;
}

}  // namespace rapport

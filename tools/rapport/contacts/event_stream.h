// Reads Server-Sent Events (HTML Living Standard, 9.2.6) out of the pieces that a body comes in.
//
// Invariants: pieces may be cut anywhere; an event that its stream cuts short is not told.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rapport {

struct StreamEvent {
  std::string name;  // "message" where the stream gives none
  std::string data;  // its lines, with line feeds between; empty: only the id moved on
};

class EventStreamReader {
 public:
  using Sink = std::function<void(const StreamEvent& event)>;

  void feed(std::string_view piece, const Sink& sink);
  // Of the last event that was told.
  const std::string& last_id() const { return last_id_; }

 private:
  void line(std::string_view text, const Sink& sink);

  std::string rest_;
  std::string id_, last_id_, name_, data_;
  bool has_data_ = false;
};

}  // namespace rapport

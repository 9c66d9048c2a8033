// Cuts a stream of Server-Sent Events into events, however its bytes come.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rapport {

inline constexpr std::size_t kEventLineBytesMax = 4u << 20;  // of one that is no event of ours

class EventStreamLines {
 public:
  struct Event {
    std::string id, type, data;
  };
  // False: enough.
  using Each = std::function<bool(Event)>;

  // False: `each` has had enough, or a line is too long.
  bool feed(std::string_view bytes, const Each& each);

 private:
  bool end_line(const Each& each);

  std::string line_;
  Event event_;
};

}  // namespace rapport

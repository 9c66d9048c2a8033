#include "events/event_decoder.h"
#include "tests/fuzz/fuzz_target.h"
#include "tools/rapport/import/access_log_events.h"

namespace rapport {

void fuzz_access_log(std::string_view bytes) {
  VisitSplitter splitter;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    if (const auto request = parse_access_log_line(bytes.substr(0, end))) splitter.add(*request);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  static EventDecoder decoder;
  AccessLogEvents events(splitter.visitors(), splitter.split(), {.site = "https://shop.example"});
  std::uint64_t count = 0;
  for (std::string line; line.clear(), events.append_next(line); ++count) {
    line.pop_back();
    const auto event = decoder.decode(line);
    if (!event) panic("what is imported is no event: " + to_string(event.error()) + ": " + line);
  }
  require(count == events.size(), "there are as many events as were told");
}

}  // namespace rapport

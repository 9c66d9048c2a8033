#include "tools/rapport/operate/demo.h"

#include <future>

#include "events/event_decoder.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {
namespace {

constexpr std::int64_t kDemoMs = 60LL * 24 * 3600 * 1000;
constexpr GeneratorOptions kDemo{
    .events = 4'000, .contacts = 200, .seed = 1, .step_ms_max = static_cast<std::uint32_t>(2 * kDemoMs / 4'000)};

// Drawn twice: the first time shows how long they take, so that the second ends now.
Result<std::vector<IncomingEvent>> demo_events() {
  std::vector<IncomingEvent> events;
  GeneratorOptions options = kDemo;
  for (const bool is_trial : {true, false}) {
    auto generator = EventGenerator::make(options);
    if (!generator) return generator.error();
    EventDecoder decoder;
    events.clear();
    for (std::string line; line.clear(), generator->append_next(line);) {
      line.pop_back();
      if (!is_trial) events.push_back(decoder.decode(line));
    }
    options.start.ms = now_wall_clock().ms - (generator->newest().ms - options.start.ms);
  }
  return events;
}

}  // namespace

Result<void> publish_demo(Publisher& publisher) {
  auto events = demo_events();
  if (!events) return events.error();
  std::promise<Result<void>> told;
  publisher.publish(*std::move(events), {}, [&](Result<Published> published) {
    told.set_value(published ? Result<void>() : Result<void>(published.error()));
  });
  return told.get_future().get();
}

}  // namespace rapport

// How many events a second does the publisher take, from the call to the answer that they are folded?
//
//   publish_bench [events] [calls in flight] [directory]
//
// One run each of: visits of known visitors in calls of 1,000; the same by contact id; field changes; visits of
// visitors never seen; and calls of one event. The embedded log is synced; the fold runs in the same process.
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <mutex>

#include "engine/engine.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;
using MakeEvent = std::function<Event(std::size_t)>;

constexpr std::size_t kVisitors = 10'000;

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::cerr << to_string(result.error()) << "\n";
    std::exit(1);
  }
  return *std::move(result);
}

// Calls of `call_size` events, at most `in_flight_max` unanswered.
void publish_all(Publisher& publisher, std::size_t events, std::size_t call_size, std::size_t in_flight_max,
                 const MakeEvent& make) {
  std::mutex mutex;
  std::condition_variable answered;
  std::size_t in_flight = 0;
  for (std::size_t i = 0; i < events;) {
    std::vector<IncomingEvent> call;
    for (; call.size() < call_size && i < events; ++i) call.emplace_back(make(i));
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return in_flight < in_flight_max; });
    ++in_flight;
    lock.unlock();
    publisher.publish(std::move(call), {.wait_max = std::chrono::minutes(5)}, [&](Result<Published> published) {
      for (const PublishResult& result : must(std::move(published)).results) {
        if (result.status != PublishStatus::accepted) must(Result<int>(result.error.value_or(Error{})));
      }
      const std::lock_guard done(mutex);
      --in_flight;
      answered.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return in_flight == 0; });
}

int run(std::size_t events, std::size_t in_flight, const std::filesystem::path& directory) {
  if (std::filesystem::exists(directory)) {
    std::cerr << directory << " exists: name a new directory\n";
    return 1;
  }
  const auto engine = must(Engine::open({.data = directory}));
  Publisher& publisher = engine->publisher();
  std::int64_t time = 1'700'000'000'000;
  const auto event = [&](Subject subject, EventType type, Payload payload) {
    return make_event(make_event_id(), "bench", type, std::move(subject), Timestamp{++time}, std::move(payload));
  };
  const auto visit = [&](Subject subject) {
    VisitStarted visited;
    visited.visit.url = "https://shop.example/pricing";
    visited.visit.user_agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";
    return event(std::move(subject), EventType::visit_started, visited);
  };
  const auto known = [&](std::size_t i) { return visit(Identity{"web", std::to_string(i * 7'919 % kVisitors)}); };
  const auto by_id = [&](std::size_t i) { return visit(ContactId{5'000'000 + i * 7'919 % kVisitors}); };
  const auto change = [&](std::size_t i) {
    ContactChanged changed;
    changed.fields = {{"plan", JsonText{"\"pro\""}}, {"seats", JsonText{std::to_string(i)}}};
    return event(ContactId{5'000'000 + i * 7'919 % kVisitors}, EventType::contact_changed, changed);
  };
  const auto fresh = [&](std::size_t i) { return visit(Identity{"web", "fresh-" + std::to_string(i)}); };

  const auto report = [&](const std::string& what, std::size_t count, std::size_t call_size, std::size_t calls,
                          const MakeEvent& make) {
    const auto start = Clock::now();
    publish_all(publisher, count, call_size, calls, make);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::cout << what << ": " << static_cast<std::uint64_t>(static_cast<double>(count) / seconds) << " events/s\n";
  };
  report("new visitors, calls of 1,000", kVisitors, 1'000, in_flight, known);
  report("known visitors, calls of 1,000", events, 1'000, in_flight, known);
  report("visits by contact id, calls of 1,000", events, 1'000, in_flight, by_id);
  report("field changes, calls of 1,000", events, 1'000, in_flight, change);
  report("known visitors, calls of 1,000, one at a time", events / 10, 1'000, 1, known);
  report("known visitors, calls of one event, 256 in flight", events / 10, 1, 256, known);
  report("new visitors, calls of one event, 256 in flight", events / 10, 1, 256, fresh);
  return 0;
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  const std::size_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
  const std::size_t in_flight = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 8;
  const std::filesystem::path directory = argc > 3 ? argv[3] : "publish-bench-data";
  return rapport::run(events, in_flight, directory);
}

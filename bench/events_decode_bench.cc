// What does it cost to turn a log record's bytes into an Event, and an Event into bytes?
//
// The events are those of `rapport generate`, about 340 bytes; one benchmark over the mix and one per type. The `time`
// column is per event: the whole fold has 3 us of CPU for one, and decoding is to stay well under one of them.
#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

#include "bench/benchmark_main.h"
#include "bench/workload.h"
#include "events/event_encoder.h"

namespace rapport {
namespace {

// Few enough to stay in the CPU's cache: the log's reader has just touched these bytes.
constexpr GeneratorOptions kWorkload{.events = 1'000, .contacts = 200};

std::map<std::string, std::vector<std::string>> generated_events_by_type() {
  EventDecoder decoder;
  std::map<std::string, std::vector<std::string>> by_type;
  for (auto& bytes : workload_lines(kWorkload)) by_type[decoder.decode(bytes).value().type_name].push_back(bytes);
  return by_type;
}

std::string mean_size(const std::vector<std::string>& events) {
  std::size_t total = 0;
  for (const auto& bytes : events) total += bytes.size();
  return std::to_string(total / events.size()) + " bytes an event";
}

void decode(benchmark::State& state, const std::vector<std::string>& events) {
  EventDecoder decoder;
  std::size_t next = 0;
  for (auto _ : state) {
    const auto event = decoder.decode(events[next]);
    if (!event) state.SkipWithError("an event does not decode");
    benchmark::DoNotOptimize(event);
    if (++next == events.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
  state.SetLabel(mean_size(events));
}

void encode(benchmark::State& state, const std::vector<std::string>& events) {
  EventDecoder decoder;
  std::vector<Event> decoded;
  for (const auto& bytes : events) decoded.push_back(decoder.decode(bytes).value());
  std::string out;
  std::size_t next = 0;
  for (auto _ : state) {
    out.clear();
    append_event(out, decoded[next]);
    benchmark::DoNotOptimize(out.data());
    if (++next == decoded.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
}

void register_benchmarks() {
  benchmark::RegisterBenchmark("decode/mix", decode, workload_lines(kWorkload));
  for (auto& [type, events] : generated_events_by_type()) {
    benchmark::RegisterBenchmark(("decode/" + type).c_str(), decode, events);
  }
  benchmark::RegisterBenchmark("encode/mix", encode, workload_lines(kWorkload));
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) { return rapport::benchmark_main(argc, argv, rapport::register_benchmarks); }

// What does it cost to fold a decoded event into its contact, and to fold whole streams into rows?
//
// `apply` is the pure function alone, on contacts in memory, over the mix and per type. `fold` is what a rebuild does
// with a chunk of the log: apply, the index rows, and the encoding of every row. Times are per event.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "bench/benchmark_main.h"
#include "bench/workload.h"
#include "events/subject.h"
#include "projections/contact_fold.h"
#include "projections/fold_step.h"

namespace rapport {
namespace {

constexpr GeneratorOptions kWorkload{.events = 2'000, .contacts = 200};

using Records = std::vector<RecordedEvent>;

ContactId contact_of(const RecordedEvent& recorded) { return std::get<ContactId>(recorded.event.subject); }

// Only the events of `type` are on the clock; what comes before them in their contacts' histories is not.
void apply_type(benchmark::State& state, const Records& records, std::optional<EventType> type) {
  std::int64_t applied = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::map<ContactId, ContactRows> contacts;
    std::vector<std::pair<ContactRows*, RecordedEvent>> timed;
    for (const RecordedEvent& recorded : records) {
      ContactRows& rows = contacts.try_emplace(contact_of(recorded), contact_of(recorded)).first->second;
      RecordedEvent copy = recorded;
      if (!type || recorded.event.type == *type) {
        timed.emplace_back(&rows, std::move(copy));
      } else {
        benchmark::DoNotOptimize(apply(rows, std::move(copy)));
      }
    }
    state.ResumeTiming();
    for (auto& [rows, recorded] : timed) benchmark::DoNotOptimize(apply(*rows, std::move(recorded)));
    state.PauseTiming();
    applied += static_cast<std::int64_t>(timed.size());
    contacts.clear();
    timed.clear();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(applied);
}

// Sorted by contact, as a rebuild brings them.
void fold_streams(benchmark::State& state, const Records& records) {
  std::int64_t folded = 0;
  IndexCatalog indexes;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<FoldRecord> chunk;
    for (const RecordedEvent& recorded : records) chunk.push_back({.recorded = recorded});
    FoldedStreams out;
    state.ResumeTiming();
    const auto done = fold_whole_streams({indexes}, chunk, out);
    if (!done) state.SkipWithError("the chunk does not fold");
    folded += static_cast<std::int64_t>(chunk.size());
    state.PauseTiming();
    chunk.clear();
    out = {};
    state.ResumeTiming();
  }
  state.SetItemsProcessed(folded);
}

void register_benchmarks() {
  const Records records = workload_records(kWorkload);
  benchmark::RegisterBenchmark("apply/mix", apply_type, records, std::nullopt);
  std::map<std::string, EventType> types;
  for (const RecordedEvent& recorded : records) types[recorded.event.type_name] = recorded.event.type;
  for (const auto& [name, type] : types) {
    benchmark::RegisterBenchmark(("apply/" + name).c_str(), apply_type, records, type);
  }
  Records by_contact = records;
  std::stable_sort(by_contact.begin(), by_contact.end(),
                   [](const auto& a, const auto& b) { return contact_of(a) < contact_of(b); });
  benchmark::RegisterBenchmark("fold/mix", fold_streams, by_contact);
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) { return rapport::benchmark_main(argc, argv, rapport::register_benchmarks); }

// What does it cost to write a row's key and value, and to read them? Times are per row.
//
// The rows are those that the bench workload leaves: contacts of ten events on average, and their timelines.
#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

#include "bench/benchmark_main.h"
#include "bench/workload.h"
#include "projections/contact_fold.h"
#include "projections/contact_index.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "projections/row_buffer.h"
#include "projections/timeline_row.h"

namespace rapport {
namespace {

constexpr GeneratorOptions kWorkload{.events = 2'000, .contacts = 200};

struct Rows {
  std::vector<std::pair<ContactId, ContactState>> contacts;
  std::vector<std::pair<std::string, TimelineRow>> timeline;  // behind their streams' keys
};

Rows folded_rows() {
  std::map<ContactId, ContactRows> contacts;
  for (RecordedEvent& recorded : workload_records(kWorkload)) {
    const ContactId id = std::get<ContactId>(recorded.event.subject);
    apply(contacts.try_emplace(id, id).first->second, std::move(recorded));
  }
  Rows out;
  for (auto& [id, rows] : contacts) {
    for (std::size_t i = 0; i < rows.stream.appended.size(); ++i) {
      const auto [stamp, value] = rows.stream.appended[i];
      out.timeline.emplace_back(rows.stream.key, *decode_timeline_row(stamp, value));
    }
    out.contacts.emplace_back(id, std::move(rows.state));
  }
  return out;
}

// Runs `step` on one of `items` after the other.
template <class Item, class Step>
void each(benchmark::State& state, const std::vector<Item>& items, const Step& step) {
  std::size_t next = 0;
  for (auto _ : state) {
    step(items[next]);
    if (++next == items.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
}

template <class Item, class Step>
void add(const char* name, std::vector<Item> items, Step step) {
  benchmark::RegisterBenchmark(name,
                               [items = std::move(items), step](benchmark::State& state) { each(state, items, step); });
}

void register_benchmarks() {
  const Rows rows = folded_rows();
  std::vector<std::string> contact_values, timeline_keys;
  std::vector<std::pair<WriteStamp, std::string>> timeline_values;
  for (const auto& [id, contact] : rows.contacts) contact_values.push_back(encode_contact(contact));
  for (const auto& [stream, row] : rows.timeline) {
    timeline_keys.push_back(timeline_key(stream, row.stamp));
    std::string value;
    append_timeline_row(value, row);
    timeline_values.emplace_back(row.stamp, std::move(value));
  }

  add("contact/encode", rows.contacts, [](const auto& row) { benchmark::DoNotOptimize(encode_contact(row.second)); });
  add("contact/decode", contact_values, [](const auto& row) { benchmark::DoNotOptimize(decode_contact(row)); });
  add("contact/digest", rows.contacts,
      [](const auto& row) { benchmark::DoNotOptimize(contact_digest(row.first, row.second)); });
  add("contact/index entries", rows.contacts, [](const auto& row) {
    static const IndexCatalog kIndexes;
    benchmark::DoNotOptimize(IndexEntries(kIndexes, row.first, row.second, IndexScope::all));
  });
  add("timeline/encode", rows.timeline, [](const auto& row) {
    thread_local std::string out;
    out.clear();
    append_timeline_row(out, row.second);
    benchmark::DoNotOptimize(out.data());
  });
  add("timeline/decode", timeline_values,
      [](const auto& row) { benchmark::DoNotOptimize(decode_timeline_row(row.first, row.second)); });
  add("timeline/digest", rows.timeline,
      [](const auto& row) { benchmark::DoNotOptimize(timeline_row_digest(row.first, row.second)); });
  add("key/state", rows.contacts, [](const auto& row) { benchmark::DoNotOptimize(state_key(stream_key(row.first))); });
  add("key/timeline", rows.timeline,
      [](const auto& row) { benchmark::DoNotOptimize(timeline_key(row.first, row.second.stamp)); });
  add("key/timeline stamp", timeline_keys, [](const auto& key) { benchmark::DoNotOptimize(timeline_stamp(key)); });
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) { return rapport::benchmark_main(argc, argv, rapport::register_benchmarks); }

// What does it cost to read a page's rows, and to render it as JSON? Times are per page, without HTTP.
//
// The rows are those of the bench workload, flushed to sorted files, in the cache.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/workload.h"
#include "engine/http/api/native_json.h"
#include "projections/contact_list.h"
#include "projections/generation.h"
#include "projections/merge_reader.h"
#include "projections/timeline_reader.h"

namespace rapport {
namespace {

constexpr GeneratorOptions kWorkload{.events = 20'000, .contacts = 2'000};
constexpr LogId kLog{1};
constexpr std::size_t kRows = 50;

std::unique_ptr<Generation> folded(const std::filesystem::path& directory) {
  std::filesystem::remove_all(directory);
  auto generation = Generation::open({.directory = directory, .unlogged = true}).value();
  std::vector<FoldRecord> records;
  for (RecordedEvent& recorded : workload_records(kWorkload)) records.push_back({.recorded = std::move(recorded)});
  generation->fold(records).value();
  generation->flush().value();
  return generation;
}

// The contact with the longest timeline is the one a console's page is slow for.
ContactId busiest_contact() {
  std::map<ContactId, int> events;
  for (const RecordedEvent& recorded : workload_records(kWorkload))
    ++events[std::get<ContactId>(recorded.event.subject)];
  return std::max_element(events.begin(), events.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

void render_timeline(std::string& body, const TimelinePage& page, ContactId contact, const Sight& sight) {
  JsonWriter json(body);
  json.begin_array();
  for (const TimelineEntry& entry : page.entries) {
    write_timeline_entry(json, contact, kLog, Partition{0}, entry, sight);
  }
  json.end_array();
}

void render_contacts(std::string& body, const std::vector<MergedContact>& contacts, const Sight& sight) {
  JsonWriter json(body);
  json.begin_array();
  for (const MergedContact& contact : contacts) write_contact(json, contact, sight);
  json.end_array();
}

template <class Read>
void add_read(const char* name, Read read) {
  benchmark::RegisterBenchmark(name, [read](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(read());
  });
}

template <class Render>
void add_render(const char* name, Render render) {
  benchmark::RegisterBenchmark(name, [render](benchmark::State& state) {
    std::string body;
    for (auto _ : state) {
      body.clear();
      render(body);
      benchmark::DoNotOptimize(body.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
  });
}

void run(const View& view) {
  const Principal principal{.key_id = "bench", .reads_personal = true};
  const Sight sight(principal, view.control());
  const ContactId busiest = busiest_contact();
  const auto contact = read_merged(contacts_of(view), busiest).value().value();
  const TimelinePage timeline = read_timeline(view, busiest, {.limit = kRows}).value();
  const ContactListQuery first_contacts{.limit = kRows};
  const ContactListPage list = list_contacts(view, first_contacts).value();

  add_read("contact/read", [&] { return read_merged(contacts_of(view), busiest); });
  add_render("contact/render", [&](std::string& body) { render_contacts(body, {contact}, sight); });
  add_read("timeline of 50/read", [&] { return read_timeline(view, busiest, {.limit = kRows}); });
  add_render("timeline of 50/render", [&](std::string& body) { render_timeline(body, timeline, busiest, sight); });
  add_read("contacts of 50/read", [&] { return list_contacts(view, first_contacts); });
  add_render("contacts of 50/render", [&](std::string& body) { render_contacts(body, list.contacts, sight); });
  benchmark::RunSpecifiedBenchmarks();
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const std::filesystem::path directory = "build/page_bench";
  rapport::run(*rapport::folded(directory)->view());
  std::filesystem::remove_all(directory);
}

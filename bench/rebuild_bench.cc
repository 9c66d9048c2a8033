// How fast is an embedded log folded from its start, and which step of the line takes the time?
//
//   rebuild_bench [events] [contacts] [directory [step]]
//
// Appends the bench workload to a new log, then runs over it four times: reading; reading and decoding; a rebuild,
// sorted by stream; the fold of a live generation. Prints events per second of each, and the digest.
// With a step (read, decode, rebuild, fold) only that, on the log of an earlier run: for a profile. The step open opens
// the log and does no more.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>

#include "engine/fold/folder.h"
#include "engine/fold/record_decoder.h"
#include "engine/fold/refold.h"
#include "engine/log/embedded_log.h"
#include "events/event_decoder.h"
#include "projections/digest.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::cerr << to_string(result.error()) << "\n";
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

void report(const std::string& what, std::uint64_t events, const std::function<void()>& run) {
  const auto start = Clock::now();
  run();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::cout << what << ": " << seconds << " s, " << static_cast<std::uint64_t>(static_cast<double>(events) / seconds)
            << " events/s\n";
}

void load(EmbeddedLog& log, const GeneratorOptions& options) {
  EventGenerator generator = must(EventGenerator::make(options));
  EventDecoder decoder;
  std::string line;
  std::vector<NewRecord> records;
  auto flush = [&] { must(append_and_wait(log, std::exchange(records, {}))); };
  while (line.clear(), generator.append_next(line)) {
    line.pop_back();
    std::string key = to_string(must(decoder.decode(line)).subject);
    const Partition partition = log.partition_of(key);
    records.push_back({partition, std::move(key), line});
    if (records.size() == 10'000) flush();
  }
  flush();
}

void read_all(EmbeddedLog& log, const std::function<void(const RecordBatch&)>& each) {
  const Positions ends = must(log.ends());
  Positions start;
  for (const auto& [partition, end] : ends) start.emplace(partition, Offset{});
  const auto reader = must(log.open_reader(start));
  RecordBatch batch;
  while (reader->positions() != ends) {
    batch.clear();
    must(reader->read({}, batch));
    each(batch);
  }
}

void fold_all(EmbeddedLog& log, const std::filesystem::path& directory) {
  const std::shared_ptr<Generation> generation = must(Generation::open({.directory = directory}));
  const auto folder = must(Folder::start(log, generation, {}));
  must(folder->wait_folded(must(log.ends()), Clock::time_point::max()));
  const auto view = folder->view();
  const OutcomeCounts counts = total_counts(view->checkpoints());
  std::cout << "digest " << to_string(total_digest(view->checkpoints())) << ", accepted " << counts.accepted
            << ", repeated " << counts.repeated << ", refused " << counts.refused << ", parked " << counts.parked
            << ", steps " << folder->status().steps << "\n";
}

void refold_all(EmbeddedLog& log, const std::filesystem::path& directory) {
  const auto generation = must(Generation::open({.directory = directory, .unlogged = true}));
  must(refold(log, *generation, must(log.ends())));
  must(generation->flush());
  std::cout << "digest " << to_string(total_digest(generation->view()->checkpoints())) << ", "
            << generation->view()->store().disk_bytes() << " bytes on disk\n";
}

int run(int argc, char** argv) {
  GeneratorOptions options;
  if (argc > 1) options.events = std::strtoull(argv[1], nullptr, 10);
  if (argc > 2) options.contacts = std::strtoull(argv[2], nullptr, 10);
  const std::filesystem::path directory = argc > 3 ? argv[3] : "build/rebuild_bench";
  const std::string_view only = argc > 4 ? argv[4] : "";
  if (only.empty()) std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const auto log = must(EmbeddedLog::open({.directory = directory / "log"}));
  if (only.empty()) report("append", options.events, [&] { load(*log, options); });
  RecordDecoder decoder(*log);
  const std::pair<std::string_view, std::function<void()>> steps[] = {
      {"read", [&] { read_all(*log, [](const RecordBatch&) {}); }},
      {"decode", [&] { read_all(*log, [&](const RecordBatch& batch) { decoder.decode(batch); }); }},
      {"rebuild", [&] { refold_all(*log, directory / "rebuilt"); }},
      {"fold", [&] { fold_all(*log, directory / "rows"); }},
  };
  for (const auto& [name, step] : steps) {
    if (!only.empty() && only != name) continue;
    std::filesystem::remove_all(directory / "rebuilt");
    std::filesystem::remove_all(directory / "rows");
    report(std::string(name), options.events, step);
  }
  return 0;
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) { return rapport::run(argc, argv); }

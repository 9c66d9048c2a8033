// Records that nobody who is well would write, straight into the log: noise, damaged events, sound ones under another's
// key or in another's partition, by the hundred thousand, on every stream. The fold goes on behind each of them, counts
// each once, and a refold comes to the same rows.
//
//   RAPPORT_SEED=N    the same records again
//   RAPPORT_POISON=N  how many
#include <gtest/gtest.h>

#include <iostream>

#include "engine/fold/folder.h"
#include "engine/fold/refold.h"
#include "engine/log/embedded_log.h"
#include "events/event_decoder.h"
#include "projections/contact_reader.h"
#include "projections/generation_compare.h"
#include "tests/fuzz/damage.h"
#include "tests/model/history.h"
#include "tests/model/random_history.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::uint64_t kPoison = 100'000;
constexpr std::size_t kPerAppend = 2'000;
constexpr std::int32_t kPartitions = 3;

class Poison {
 public:
  explicit Poison(std::uint64_t seed) : random_(seed), corpus_(events(seed)), damage_(seed, corpus_) {}

  NewRecord next() {
    NewRecord record{.key = {}, .value = next_value()};
    const auto event = decoder_.decode(record.value);
    // Most of what still decodes stands where it belongs, so that it is folded.
    record.key = event && random_() % 4 != 0 ? to_string(event->subject) : next_key();
    const bool control = event && std::holds_alternative<ControlSubject>(event->subject);
    record.partition = control ? kControlPartition : model::partition_of_key(record.key, kPartitions);
    if (random_() % 8 == 0) {
      record.partition.value = static_cast<std::int32_t>(random_() % (kPartitions + 1)) - 1;  // -1: control
    }
    // At times that no clock shows, too.
    if (random_() % 8 == 0) record.recorded_at = Timestamp{static_cast<std::int64_t>(random_())};
    return record;
  }

 private:
  // Of every type, and of a history of contacts that meet often.
  static std::vector<std::string> events(std::uint64_t seed) {
    std::vector<std::string> out = corpus_of("event");
    for (auto& record : model::random_history({.seed = seed, .records = 2'000, .partitions = kPartitions})) {
      out.push_back(std::move(record.value));
    }
    return out;
  }
  std::string next_value() {
    switch (random_() % 8) {
      case 0: return noise(random_() % 300);
      case 1: return {};
      case 2: return corpus_[random_() % corpus_.size()];
      default: return damage_.next();
    }
  }
  std::string next_key() {
    switch (random_() % 4) {
      case 0: return noise(random_() % 20);
      case 1: return "contact/" + std::to_string(random_());
      case 2: return {};
      default: return "contact/" + std::to_string(1 + random_() % 50);
    }
  }
  std::string noise(std::size_t size) {
    std::string out(size, ' ');
    for (char& byte : out) byte = static_cast<char>(random_());
    return out;
  }

  std::mt19937_64 random_;
  EventDecoder decoder_;
  const std::vector<std::string> corpus_;
  Damage damage_;
};

TEST(PoisonTest, TheFoldNeverStops) {
  const std::uint64_t seed = model::seed_of_this_run();
  const std::uint64_t count = model::number_from_environment("RAPPORT_POISON", kPoison);
  std::cerr << "RAPPORT_SEED=" << seed << std::endl;
  const TemporaryDirectory directory(fastest_directory());
  const auto log = *EmbeddedLog::open({.directory = directory.path() / "log", .partition_count = kPartitions});
  const std::shared_ptr<Generation> live = *Generation::open({.directory = directory.path() / "live"});
  auto folder = *Folder::start(*log, live, {});
  Poison poison(seed);
  for (std::uint64_t left = count; left > 0;) {
    std::vector<NewRecord> records;
    for (; left > 0 && records.size() < kPerAppend; --left) records.push_back(poison.next());
    const auto appended = append_and_wait(*log, std::move(records));
    ASSERT_TRUE(appended) << to_string(appended.error());
  }
  // One that is well, behind all of them.
  const ContactId contact{(std::uint64_t{1} << 53) - 1};
  const Event well = make_event("well", "test", EventType::visit_started, contact, Timestamp{1}, VisitStarted{});
  ASSERT_TRUE(append_and_wait(*log, {model::record_of_event(well, Timestamp{2}, kPartitions)}));

  const Positions ends = *log->ends();
  const auto folded = folder->wait_folded(ends, std::chrono::steady_clock::now() + std::chrono::minutes(10));
  ASSERT_TRUE(folded) << to_string(folded.error());
  EXPECT_FALSE(folder->status().halted);
  folder.reset();
  ASSERT_TRUE(live->finish_indexes());  // it fills them behind what it folds
  const auto view = live->view();
  const auto read = read_contact(*view, contact);
  EXPECT_TRUE(read && *read);
  const OutcomeCounts counts = total_counts(view->checkpoints());
  std::uint64_t in_log = 0;
  for (const auto& [partition, end] : ends) in_log += static_cast<std::uint64_t>(end.value + 1);
  EXPECT_EQ(counts.records(), in_log);
  EXPECT_GT(counts.parked, count / 2);
  EXPECT_GT(counts.accepted, 100u);
  EXPECT_GT(counts.repeated + counts.refused, count / 50);
  std::cout << counts.accepted << " accepted, " << counts.repeated << " repeated, " << counts.refused << " refused, "
            << counts.parked << " parked\n";

  const auto again = *Generation::open({.directory = directory.path() / "again"});
  ASSERT_TRUE(refold(*log, *again, ends));
  const auto difference = compare_generations(*again->view(), *view);
  ASSERT_TRUE(difference);
  EXPECT_TRUE(difference->none()) << difference->first[0].subject << " " << difference->first[0].part;
}

}  // namespace
}  // namespace rapport

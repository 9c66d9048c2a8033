// One flipped bit in any file of a stopped engine. What the log held is read as it was, or the log says that it is
// damaged; what a generation shows is what a clean fold shows, or reading it says that it is damaged. Never is
// something else shown, and never less. An engine whose log is sound starts, and folds damaged rows anew by itself.
//
//   RAPPORT_SEED=N   the same bits again
//   RAPPORT_FLIPS=N  how many
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "engine/engine.h"
#include "engine/fold/refold.h"
#include "projections/generation_compare.h"
#include "tests/contract/log_reading.h"
#include "tests/fold/generated_records.h"
#include "tests/model/history.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr int kFlips = 60;
constexpr std::int32_t kPartitions = 2;

// All records, or why they cannot all be read.
Result<std::map<LogPosition, std::string>> read_all(EventLog& log) {
  const auto ends = log.ends();
  if (!ends) return ends.error();
  const auto reader = log.open_reader(from_the_start(log));
  if (!reader) return reader.error();
  std::map<LogPosition, std::string> out;
  for (RecordBatch batch; !covers((*reader)->positions(), *ends);) {
    batch.clear();
    RAPPORT_TRY((*reader)->read({}, batch));
    for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
    for (std::size_t i = 0; i < batch.size(); ++i) out.emplace(batch[i].position, batch[i].value);
  }
  return out;
}

class BitFlip : public testing::Test {
 protected:
  // Half of it in sorted files, half in the write-ahead log, of log and rows alike.
  void SetUp() override {
    {
      auto stored = open_stored({.data = whole_, .log = embedded_log(kPartitions)});
      ASSERT_TRUE(stored);
      ASSERT_TRUE(append_and_wait(*stored->log,
                                  generated_records(*stored->log, {.events = 1'500, .contacts = 100, .seed = 1})));
      ASSERT_TRUE(refold(*stored->log, *stored->generation, *stored->log->ends()));
      ASSERT_TRUE(stored->generation->flush());
    }
    auto stored = open_stored({.data = whole_, .log = embedded_log(kPartitions)});
    ASSERT_TRUE(stored);
    ASSERT_TRUE(
        append_and_wait(*stored->log, generated_records(*stored->log, {.events = 500, .contacts = 100, .seed = 2})));
    ASSERT_TRUE(refold(*stored->log, *stored->generation, *stored->log->ends()));
    records_ = *read_all(*stored->log);
    clean_ = *Generation::open({.directory = directory_.path() / "clean"});
    ASSERT_TRUE(refold(*stored->log, *clean_, *stored->log->ends()));
  }

  // A copy with one bit flipped, and which file has it.
  std::filesystem::path flip(std::mt19937_64& random) {
    std::filesystem::remove_all(damaged_);
    std::filesystem::copy(whole_, damaged_, std::filesystem::copy_options::recursive);
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(damaged_)) {
      if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::filesystem::path file = files[random() % files.size()];
    const auto at = static_cast<std::streamoff>(random() % std::filesystem::file_size(file));
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(at);
    const auto byte = static_cast<char>(bytes.get() ^ (1 << random() % 8));
    bytes.seekp(at);
    bytes.put(byte);
    return std::filesystem::relative(file, damaged_);
  }

  // Empty: the damage did nothing or was told, and where it is in the rows it is mended.
  std::string fault_of(const std::filesystem::path& file) {
    const int told_before = told_;
    std::string fault = fault_as_it_stands();
    if (!fault.empty() || told_ == told_before || *file.begin() != "projections") return fault;
    ++mended_;
    return fault_behind_mending();
  }

  std::string fault_behind_mending() {
    const auto engine = Engine::open({.data = damaged_, .log = embedded_log(kPartitions)});
    if (!engine) return "the rows keep it from starting: " + to_string(engine.error());
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(300);
    const auto ends = (*engine)->log().ends();
    std::string fault = "not mended";
    while (std::chrono::steady_clock::now() < until) {
      (void)(*engine)->folder().wait_folded(*ends, until);
      const auto compared = compare_generations(*clean_->view(), *(*engine)->folder().view());
      if (compared && compared->none()) return {};
      fault = compared ? "rows differ" : to_string(compared.error());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return "not mended: " + fault;
  }

  std::string fault_as_it_stands() {
    auto stored = open_stored({.data = damaged_, .log = embedded_log(kPartitions)});
    if (!stored) return told(stored.error());
    const auto records = read_all(*stored->log);
    if (!records) return told(records.error());
    // Fewer: a tail that looks torn. It is noticed by whoever has folded further than it goes.
    const bool shorter = records->size() < records_.size();
    for (const auto& [position, value] : *records) {
      const auto same = records_.find(position);
      if (same == records_.end() || same->second != value) return "a record is another one";
    }
    auto folder = Folder::start(*stored->log, std::move(stored->generation), {});
    if (!folder) return told(folder.error());
    if (shorter) return "records are gone and nobody says so";
    const auto ends = stored->log->ends();
    const auto folded = (*folder)->wait_folded(*ends, std::chrono::steady_clock::now() + std::chrono::seconds(300));
    if (!folded) return folded.error().code == Errc::wait_timeout ? to_string(folded.error()) : told(folded.error());
    const auto compared = compare_generations(*clean_->view(), *(*folder)->view());
    if (!compared) return told(compared.error());
    if (compared->none()) return {};
    const RowDifference& row = compared->first[0];
    return "the rows differ: " + row.subject + " " + row.part + " " + row.how;
  }

  std::string told(const Error& error) {
    ++told_;
    return error.code == Errc::corrupt || !error.detail.empty() ? "" : "an error that says nothing";
  }

  TemporaryDirectory directory_{fastest_directory()};
  const std::filesystem::path whole_ = directory_.path() / "whole", damaged_ = directory_.path() / "damaged";
  std::map<LogPosition, std::string> records_;
  std::unique_ptr<Generation> clean_;
  int told_ = 0, mended_ = 0;
};

TEST_F(BitFlip, IsToldOrDoesNothing) {
  const std::uint64_t first = model::seed_of_this_run();
  const std::uint64_t flips = model::number_from_environment("RAPPORT_FLIPS", kFlips);
  for (std::uint64_t seed = first; seed < first + flips; ++seed) {
    std::mt19937_64 random(seed);
    const std::filesystem::path file = flip(random);
    ASSERT_EQ(fault_of(file), "") << "RAPPORT_SEED=" << seed << " RAPPORT_FLIPS=1: " << file;
  }
  std::cout << "RAPPORT_SEED=" << first << ": " << told_ << " of " << flips
            << " flips were told, the others did nothing; " << mended_ << " in rows were mended\n";
  EXPECT_TRUE(told_ > 0 || flips < kFlips);
}

}  // namespace
}  // namespace rapport

// A fold whose rows have no room on the disk for a while.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <optional>

#include "engine/fold/folder.h"
#include "engine/log/embedded_log.h"
#include "events/event_encoder.h"
#include "tests/store/full_directory.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{30};

class FolderRoom : public testing::Test {
 protected:
  void SetUp() override {
    auto log = EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 1});
    ASSERT_TRUE(log) << to_string(log.error());
    log_ = *std::move(log);
    auto generation = Generation::open({.directory = rows()});
    ASSERT_TRUE(generation) << to_string(generation.error());
    auto folder = Folder::start(*log_, *std::move(generation), {.notice = [this](const auto& line) { hear(line); }});
    ASSERT_TRUE(folder) << to_string(folder.error());
    folder_ = *std::move(folder);
  }

  std::filesystem::path rows() const { return directory_.path() / "rows"; }

  // Says a contact's name, and where in the log.
  Positions append(std::uint64_t contact) {
    ContactChanged changed;
    changed.fields.emplace_back("name", JsonText{R"("Ada")"});
    const Event event = make_event("e" + std::to_string(contact), "test", EventType::contact_changed,
                                   ContactId{contact}, Timestamp{1'000}, changed);
    const auto positions = append_and_wait(*log_, {{Partition{0}, to_string(event.subject), encode_event(event)}});
    EXPECT_TRUE(positions) << to_string(positions.error());
    Positions out;
    advance(out, positions->front());
    return out;
  }
  Result<void> wait(const Positions& positions) {
    return folder_->wait_folded(positions, steady_clock::now() + kPatience);
  }

  // Until the folder has said so many lines.
  std::vector<std::string> heard(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(said_.wait_for(lock, kPatience, [&] { return lines_.size() >= count; }));
    return lines_;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
  std::mutex mutex_;
  std::condition_variable said_;
  std::vector<std::string> lines_;
  std::unique_ptr<Folder> folder_;

 private:
  void hear(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
    said_.notify_all();
  }
};

TEST_F(FolderRoom, GoesOnByItselfOnceThereIsRoom) {
  ASSERT_TRUE(wait(append(1)));
  Positions second;
  {
    const FullDirectory full(rows());
    second = append(2);
    EXPECT_THAT(heard(1), ElementsAre(HasSubstr("waits for room")));
    const auto worked =
        folder_->between_steps([](const auto& live) -> Result<std::shared_ptr<Generation>> { return live; });
    ASSERT_FALSE(worked) << "work between steps waits for no room";
    EXPECT_EQ(worked.error().code, Errc::storage_failed);
    const auto halted = folder_->status().halted;
    ASSERT_TRUE(halted);
    EXPECT_TRUE(errc_retriable(halted->code)) << to_string(*halted);
  }
  ASSERT_TRUE(wait(second));
  EXPECT_THAT(heard(2), ElementsAre(HasSubstr("waits for room"), HasSubstr("has room again")));
  EXPECT_FALSE(folder_->status().halted);
  EXPECT_EQ(folder_->status().lag_events, 0);
  ASSERT_TRUE(wait(append(3)));
}

TEST_F(FolderRoom, StopsWhileItWaits) {
  ASSERT_TRUE(wait(append(1)));
  const FullDirectory full(rows());
  const Positions second = append(2);
  heard(1);
  std::optional<Result<void>> told;
  folder_->when_folded(second, steady_clock::now() + kPatience, [&](Result<void> result) { told = std::move(result); });
  folder_.reset();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->error().code, Errc::shutting_down);
}

}  // namespace
}  // namespace rapport

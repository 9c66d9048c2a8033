// Callers that erase at the same time, and what of theirs is told apart.
#include "engine/erase/eraser.h"

#include "engine/backup/erasure_register.h"
#include "engine/publish/own_events.h"
#include "engine/seal/parked_seal.h"
#include "tests/engine/engine_on_disk.h"

namespace rapport {
namespace {

constexpr ContactId kAda{1}, kBob{2};

class EraserTest : public EngineOnDisk {
 protected:
  void SetUp() override {
    encrypts_ = true;
    EngineOnDisk::SetUp();
    set_city(kAda, "a1");
    set_city(kBob, "b1");
  }

  const ContactKeys& keys() const { return engine_->log().seal()->keys(); }
  std::vector<ContactId> planned() const {
    const auto planned = keys().planned_erasures();
    EXPECT_TRUE(planned);
    std::vector<ContactId> out;
    for (const PlannedErasure& erasure : *planned) out.push_back(erasure.contact);
    return out;
  }
  // Until the eraser has come to it.
  void wait_until_planned(const std::vector<ContactId>& wanted) const {
    const auto until = Clock::now() + std::chrono::seconds(30);
    while (planned() != wanted && Clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(planned(), wanted);
  }
  void wait_until_cleaned() const {
    const auto until = Clock::now() + std::chrono::seconds(30);
    while (!engine_->eraser().status().pending.empty() && Clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(engine_->eraser().status().pending.empty());
  }
  void erase(ContactId contact) {
    Eraser& eraser = engine_->eraser();
    ASSERT_TRUE(eraser.plan(std::vector{contact}));
    append_erased(contact);
    ASSERT_TRUE(eraser.finish(std::vector{contact}));
    wait_until_cleaned();
  }
  void back_up(const std::string& name) {
    ASSERT_TRUE(engine_->backups().start(name));
    const auto until = Clock::now() + std::chrono::seconds(30);
    while (!engine_->backups().status()->ended && Clock::now() < until) std::this_thread::yield();
  }
  std::vector<ContactId> registered() const {
    const LogId log = engine_->log().id();
    const auto named = read_erasure_register(path() / "backups" / kErasureRegisterName, {&log, 1});
    EXPECT_TRUE(named);
    return *named;
  }
  void append_erased(ContactId contact) {
    std::promise<Result<Published>> told;
    engine_->publisher().append_own({own_event(EventType::contact_erased, contact, ContactErased{})}, {},
                                    [&](auto published) { told.set_value(std::move(published)); });
    ASSERT_TRUE(told.get_future().get());
  }
};

// Else a kill between its append and the end of its key would leave the key.
TEST_F(EraserTest, LeavesAloneThePlanOfAnErasureThatIsUnderWay) {
  Eraser& eraser = engine_->eraser();
  ASSERT_TRUE(eraser.plan(std::vector{kAda}));
  ASSERT_TRUE(eraser.plan(std::vector{kBob}));
  eraser.leave({kBob});
  wait_until_planned({kAda});
  append_erased(kAda);
  open();
  wait_until_planned({});
  EXPECT_EQ(keys().find(kAda)->state, KeyState::destroyed);
  EXPECT_EQ(keys().find(kBob)->state, KeyState::there);
}

TEST_F(EraserTest, LeavesAPlanAloneUntilTheLastOfTwoCallersIsDone) {
  Eraser& eraser = engine_->eraser();
  ASSERT_TRUE(eraser.plan(std::vector{kAda}));
  ASSERT_TRUE(eraser.plan(std::vector{kAda, kBob}));
  eraser.leave({kAda});
  // What is looked at later shows that it was looked at.
  constexpr ContactId kEve{3};
  ASSERT_TRUE(eraser.plan(std::vector{kEve}));
  eraser.leave({kEve});
  wait_until_planned({kAda, kBob});
  eraser.leave({kAda, kBob});
  wait_until_planned({});
}

// A copy of the log that was made elsewhere asks for it when it is brought back.
TEST_F(EraserTest, NamesTheErasedAlsoWhereThereIsNoBackup) {
  erase(kAda);
  EXPECT_EQ(registered(), std::vector{kAda});
  erase(kBob);
  EXPECT_EQ(registered(), (std::vector{kAda, kBob}));
}

TEST_F(EraserTest, CleansBackupsHoweverDeepTheyStand) {
  const std::filesystem::path backups = path() / "backups";
  for (const std::string name : {"one", "nightly/of/monday"}) {
    back_up(name);
    ASSERT_TRUE(std::filesystem::exists(backups / name / "projections"));
  }
  erase(kAda);
  for (const std::string name : {"one", "nightly/of/monday"}) {
    EXPECT_TRUE(std::filesystem::exists(backups / name / "backup.json")) << name;
    EXPECT_FALSE(std::filesystem::exists(backups / name / "projections")) << name;
  }
}

// Which none is made to be by now; but one may have been copied there.
TEST_F(EraserTest, CleansABackupInsideAnother) {
  const std::filesystem::path backups = path() / "backups";
  back_up("weekly");
  back_up("tuesday");
  std::filesystem::rename(backups / "tuesday", backups / "weekly/tuesday");
  erase(kAda);
  EXPECT_FALSE(std::filesystem::exists(backups / "weekly/projections"));
  EXPECT_FALSE(std::filesystem::exists(backups / "weekly/tuesday/projections"));
}

TEST_F(EraserTest, CleansABackupThatWasInterrupted) {
  const std::filesystem::path monday = path() / "backups/monday", another = path() / "backups/another";
  back_up("monday");
  // As a kill leaves it behind its files, and a directory that is no backup.
  std::filesystem::rename(monday / kBackupManifestName, monday / kBackupBegunName);
  std::filesystem::create_directories(another / "projections");
  erase(kAda);
  EXPECT_FALSE(std::filesystem::exists(monday / "projections"));
  EXPECT_TRUE(std::filesystem::exists(another / "projections"));
}

// The engine was killed, or the key's file could not be written, once the log said that the contact is erased.
TEST_F(EraserTest, DestroysTheKeyOfOneThatTheLogSaysIsErased) {
  Eraser& eraser = engine_->eraser();
  ASSERT_TRUE(eraser.plan(std::vector{kAda}));
  append_erased(kAda);
  ASSERT_EQ(keys().find(kAda)->state, KeyState::there);
  ASSERT_TRUE(eraser.finish_left(std::vector{kAda}));
  EXPECT_EQ(keys().find(kAda)->state, KeyState::destroyed);
  wait_until_cleaned();
  EXPECT_EQ(registered(), std::vector{kAda});
  ASSERT_TRUE(eraser.finish_left(std::vector{kAda}));
  EXPECT_TRUE(eraser.status().pending.empty()) << "nothing is left to do";
}

TEST_F(EraserTest, DropsWhatWasParkedWhenItsTimeIsOver) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::int64_t now = now_wall_clock().ms;
  const EventParked parked{"invalid_json: no document", "e2FkYQ==", "t.inbox/0/1"};
  ContactKeys& made = engine_->log().seal()->keys();
  const EventParked old = *seal_parked(made, parked, {}, Timestamp{now - 32 * kDayMs});
  const EventParked younger = *seal_parked(made, parked, {}, Timestamp{now - 29 * kDayMs});
  open();
  const auto until = Clock::now() + std::chrono::seconds(30);
  while (*open_parked(&keys(), old) && Clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(open_parked(&keys(), old)->has_value());
  EXPECT_TRUE(open_parked(&keys(), younger)->has_value());
}

}  // namespace
}  // namespace rapport

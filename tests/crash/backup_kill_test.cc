// Backups and restores that are killed, or meet a full disk, at every step: what is left must be refused.
//
// Everything that opens a store runs in a process of its own: a fork of one that has RocksDB's threads would wait for
// them for ever.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <memory>

#include "engine/backup/restore.h"
#include "engine/engine.h"
#include "tests/crash/numbered_event.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

bool go_on(std::uint64_t, std::uint64_t) { return true; }

// Kills the process at the `nth` time it is told.
BackupProgress kill_at(int nth) {
  return [left = std::make_shared<int>(nth)](std::uint64_t, std::uint64_t) {
    if (--*left < 0) ::kill(::getpid(), SIGKILL);
    return true;
  };
}

enum class Ended { as_expected, otherwise, killed };

Ended in_child(const std::function<bool()>& act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return Ended::killed;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Ended::as_expected : Ended::otherwise;
}

class BackupKill : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(in_child([this] {
                auto engine = Engine::open({.data = data(), .log = embedded_log(2)});
                std::vector<IncomingEvent> events;
                for (std::uint64_t i = 0; i < 200; ++i) events.push_back(numbered_event(i));
                std::promise<bool> told;
                (*engine)->publisher().publish(std::move(events), {},
                                               [&](auto published) { told.set_value(!!published); });
                return told.get_future().get();
              }),
              Ended::as_expected);
  }

  fs::path data() const { return directory_.path() / "data"; }
  fs::path backup() const { return directory_.path() / "backup"; }
  fs::path restored() const { return directory_.path() / "restored"; }

  Result<BackupManifest> make_backup(const BackupProgress& progress) const {
    const auto stored = open_stored({.data = data(), .log = embedded_log(2)});
    if (!stored) return stored.error();
    return back_up(*stored->log, "embedded", *stored->generation->view(), backup(), progress);
  }
  Result<Restored> restore(const BackupProgress& progress = go_on) const {
    return restore_backup({.backup = backup(), .data = restored()}, progress);
  }
  Ended restore_refused(Errc code) const {
    return in_child([&] {
      const auto refused = restore();
      return !refused && refused.error().code == code && !refused.error().field.empty();
    });
  }

  TemporaryDirectory directory_;
};

TEST_F(BackupKill, ABackupThatIsKilledIsRefused) {
  int step = 0;
  for (Ended ended; (ended = in_child([&] { return make_backup(kill_at(step)).has_value(); })) != Ended::as_expected;
       ++step) {
    ASSERT_EQ(ended, Ended::killed);
    ASSERT_EQ(restore_refused(Errc::not_found), Ended::as_expected) << "killed at step " << step;
    if (!fs::is_empty(backup())) {
      ASSERT_EQ(in_child([&] {
                  const auto refused = make_backup(go_on);
                  return !refused && refused.error().code == Errc::invalid_argument;
                }),
                Ended::as_expected)
          << "what is left of one is not written over, step " << step;
    }
    fs::remove_all(backup());
  }
  EXPECT_GT(step, 5) << "between the parts, along the files, and before the manifest";
  EXPECT_EQ(in_child([&] { return restore().has_value(); }), Ended::as_expected);
}

TEST_F(BackupKill, ARestoreThatIsKilledLeavesWhatNoEngineOpens) {
  ASSERT_EQ(in_child([&] { return make_backup(go_on).has_value(); }), Ended::as_expected);
  int step = 0;
  for (Ended ended; (ended = in_child([&] { return restore(kill_at(step)).has_value(); })) != Ended::as_expected;
       ++step) {
    ASSERT_EQ(ended, Ended::killed);
    ASSERT_EQ(in_child([&] {
                const auto opened = Engine::open({.data = restored(), .log = embedded_log(2)});
                return !opened && opened.error().code == Errc::wrong_format;
              }),
              Ended::as_expected)
        << "killed at step " << step;
    ASSERT_EQ(restore_refused(Errc::invalid_argument), Ended::as_expected) << "nor is it restored over";
    fs::remove_all(restored());
  }
  EXPECT_GT(step, 5);
  EXPECT_EQ(in_child([&] { return Engine::open({.data = restored(), .log = embedded_log(2)}).has_value(); }),
            Ended::as_expected);
}

// No file may grow beyond so many bytes: what a full disk says, at another place each time; the last is less than
// a backup's manifest takes. Debian's RocksDB is built with its assertions on, and one of them ends the process where a
// file could not be written; what is left then is no more a backup than where the error is told.
TEST_F(BackupKill, AFullDiskLeavesNothingThatRestores) {
  for (const rlim_t largest : {0u, 16u, 200u, 1'000u}) {
    SCOPED_TRACE("largest file " + std::to_string(largest));
    const Ended ended = in_child([&] {
      const auto stored = open_stored({.data = data(), .log = embedded_log(2)});
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{largest, largest};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const auto refused = back_up(*stored->log, "embedded", *stored->generation->view(), backup(), go_on);
      return !refused && refused.error().code == Errc::storage_failed && !fs::exists(backup());
    });
    EXPECT_NE(ended, Ended::otherwise) << "told wrongly, or something is left where it was told";
    EXPECT_EQ(restore_refused(Errc::not_found), Ended::as_expected);
    fs::remove_all(backup());
  }
}

}  // namespace
}  // namespace rapport

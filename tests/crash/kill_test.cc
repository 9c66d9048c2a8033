#include <gtest/gtest.h>

#include "tests/crash/killing.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

TEST(Kill, NothingAcknowledgedIsLostAndNothingIsFoldedTwice) {
  TemporaryDirectory directory;
  kill_at_random({.data = directory.path() / "data", .log = embedded_log(2)}, kills_or(100));
}

// While generations are made, verified and swapped, and backups taken.
TEST(Kill, RebuildsAndBackupsLoseNothing) {
  TemporaryDirectory directory(fastest_directory());
  kill_at_random(
      {.data = directory.path() / "data", .log = embedded_log(2), .arguments = {"busy"}, .once_open_ms_max = 150},
      kills_or(40));
}

// While the whole log is folded for the first time, over and over.
TEST(Kill, AFirstFoldLosesNothing) {
  TemporaryDirectory directory(fastest_directory());
  kill_at_random({.data = directory.path() / "data", .log = embedded_log(2), .arguments = {"anew"}}, kills_or(60));
}

}  // namespace
}  // namespace rapport

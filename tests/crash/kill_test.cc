#include <gtest/gtest.h>

#include "tests/crash/killing.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

TEST(Kill, NothingAcknowledgedIsLostAndNothingIsFoldedTwice) {
  TemporaryDirectory directory;
  kill_at_random({directory.path() / "data", embedded_log(2), {}}, kills_or(100));
}

}  // namespace
}  // namespace rapport

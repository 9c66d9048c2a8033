// A catch-up over rows whose indexes change while it builds.
#include <gtest/gtest.h>

#include <future>

#include "engine/fold/catch_up.h"
#include "engine/fold/refold.h"
#include "engine/log/embedded_log.h"
#include "events/event_encoder.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::int32_t kPartitions = 2;

class CatchUpIndexesTest : public testing::Test {
 protected:
  void append(std::uint64_t seed) {
    ASSERT_TRUE(append_and_wait(
        *log_, model::random_history({.seed = seed, .records = 300, .partitions = kPartitions, .control = false})));
  }
  void declare(bool indexed) {
    const AttributeDefined defined{
        .id = 900, .object = AttributeObject::contact, .key = "declared", .indexed = indexed};
    const Event event =
        make_event(make_event_id(), "test", EventType::attribute_defined, ControlSubject{}, std::nullopt, defined);
    ASSERT_TRUE(append_and_wait(*log_, {{kControlPartition, to_string(event.subject), encode_event(event)}}));
  }
  void fold_control() {
    ASSERT_TRUE(refold_steps(*log_, *generation_, {{kControlPartition, log_->ends()->at(kControlPartition)}}, {}));
  }

  const TemporaryDirectory directory_{fastest_directory()};
  const std::unique_ptr<EmbeddedLog> log_ =
      *EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = kPartitions});
  const std::shared_ptr<Generation> generation_ = *Generation::open({.directory = directory_.path() / "rows"});
};

// The rows that it had are gone, and the catch-up has only those of contacts that changed meanwhile.
TEST_F(CatchUpIndexesTest, IsNotTakenWhereAnIndexWasDroppedAndDeclaredAgain) {
  append(model::seed_of_this_run());
  declare(true);
  ASSERT_TRUE(refold_steps(*log_, *generation_, *log_->ends(), {}));
  ASSERT_TRUE(generation_->finish_indexes());
  const Positions after = generation_->view()->positions();
  append(model::seed_of_this_run() + 1);

  std::promise<void> ended;
  CatchUp catch_up(*log_, generation_, {.after = after, .until = *log_->ends(), .records = 300},
                   [&] { ended.set_value(); });
  ended.get_future().wait();
  ASSERT_TRUE(catch_up.built_for(*generation_));
  for (const bool indexed : {false, true}) {
    declare(indexed);
    fold_control();
  }
  const auto built = catch_up.built_for(*generation_);
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, Errc::overloaded);
  // What was filled anew meanwhile has the rows that it is built upon.
  ASSERT_TRUE(generation_->finish_indexes());
  ASSERT_TRUE(catch_up.built_for(*generation_));
  ASSERT_TRUE(catch_up.hand_over());
  EXPECT_EQ(index_fault(*generation_->view()), "");
}

}  // namespace
}  // namespace rapport

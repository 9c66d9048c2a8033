#include "engine/seal/parked_seal.h"

#include <gmock/gmock.h>

#include "events/bytes_text.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr Timestamp kDay{20'784 * 86'400'000LL}, kLateThatDay{kDay.ms + 86'399'999}, kNextDay{kDay.ms + 86'400'000};

class ParkedSealTest : public testing::Test {
 protected:
  std::unique_ptr<ContactKeys> open(const SecretKey& master) {
    return *ContactKeys::open(directory_.path() / "keys", master, LogId{1});
  }
  EventParked sealed(Timestamp when) {
    const auto out = seal_parked(*keys_, parked_, when);
    EXPECT_TRUE(out);
    return *out;
  }

  const EventParked parked_{"invalid_json: after 'ada@x.example'", to_base64("{ada@x.example"), "t.inbox/3/17"};
  TemporaryDirectory directory_;
  const SecretKey master_ = SecretKey::draw();
  std::unique_ptr<ContactKeys> keys_ = open(master_);
};

TEST_F(ParkedSealTest, ShowsTheCodeAndTheOriginAlone) {
  const EventParked out = sealed(kDay);
  EXPECT_EQ(out.reason, "invalid_json");
  EXPECT_EQ(out.origin, parked_.origin);
  EXPECT_THAT(out.raw, testing::StartsWith("xchacha20poly1305:20784:"));
  EXPECT_THAT(out.raw, testing::Not(testing::HasSubstr(parked_.raw)));
  keys_.reset();
  keys_ = open(master_);
  const auto again = open_parked(keys_.get(), out);
  ASSERT_TRUE(again && *again);
  EXPECT_EQ((*again)->reason, parked_.reason);
  EXPECT_EQ((*again)->raw, parked_.raw);
}

TEST_F(ParkedSealTest, GivesBackWhatStandsInClear) {
  for (const ContactKeys* keys : {keys_.get(), static_cast<ContactKeys*>(nullptr)}) {
    const auto same = open_parked(keys, parked_);
    ASSERT_TRUE(same && *same);
    EXPECT_EQ((*same)->raw, parked_.raw);
  }
}

TEST_F(ParkedSealTest, IsDroppedDayByDay) {
  const EventParked first = sealed(kDay), late = sealed(kLateThatDay), next = sealed(kNextDay);
  ASSERT_TRUE(keys_->destroy_days_before(parked_day_of(kNextDay), kNextDay));
  EXPECT_FALSE(open_parked(keys_.get(), first)->has_value());
  EXPECT_FALSE(open_parked(keys_.get(), late)->has_value());
  EXPECT_TRUE(open_parked(keys_.get(), next)->has_value());
  // A day that is over does not come back.
  EXPECT_FALSE(open_parked(keys_.get(), sealed(kDay))->has_value());
}

TEST_F(ParkedSealTest, BreaksWithItsOriginAndWithoutItsKey) {
  EventParked moved = sealed(kDay);
  moved.origin = "t.inbox/3/18";
  EXPECT_EQ(open_parked(keys_.get(), moved).error().code, Errc::corrupt);
  EXPECT_EQ(open_parked(nullptr, sealed(kDay)).error().code, Errc::corrupt);
}

TEST_F(ParkedSealTest, MovesToAnotherMasterKey) {
  const EventParked out = sealed(kDay);
  const SecretKey next = SecretKey::draw();
  ASSERT_TRUE(keys_->change_master(next));
  keys_.reset();
  keys_ = open(next);
  EXPECT_TRUE(open_parked(keys_.get(), out)->has_value());
}

}  // namespace
}  // namespace rapport

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
  EventParked sealed(Timestamp when, std::optional<ContactId> contact = {}) {
    const auto out = seal_parked(*keys_, parked_, contact, when);
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

TEST_F(ParkedSealTest, GoesWithTheContactThatItNamesOrWithItsDay) {
  const EventParked of_ada = sealed(kDay, ContactId{1}), of_bob = sealed(kDay, ContactId{2});
  EXPECT_THAT(of_ada.raw, testing::StartsWith("xchacha20poly1305:20784:1:"));
  EXPECT_EQ((*open_parked(keys_.get(), of_ada))->raw, parked_.raw);
  ASSERT_TRUE(keys_->destroy(std::vector{ContactId{1}}, kDay));
  EXPECT_FALSE(open_parked(keys_.get(), of_ada)->has_value());
  EXPECT_FALSE(open_parked(keys_.get(), sealed(kDay, ContactId{1}))->has_value()) << "what comes for an erased one";
  EXPECT_TRUE(open_parked(keys_.get(), of_bob)->has_value());
  ASSERT_TRUE(keys_->destroy_days_before(parked_day_of(kNextDay), kNextDay));
  EXPECT_FALSE(open_parked(keys_.get(), of_bob)->has_value());
}

TEST_F(ParkedSealTest, IsBoundToTheContactThatItNames) {
  EventParked moved = sealed(kDay, ContactId{1});
  moved.raw.replace(moved.raw.find(":1:"), 3, ":2:");
  ASSERT_TRUE(keys_->make_missing(std::vector{ContactId{2}}));
  EXPECT_EQ(open_parked(keys_.get(), moved).error().code, Errc::corrupt);
}

TEST(ParkedSubject, IsReadFromBytesThatAreNoEvent) {
  EXPECT_EQ(subject_named_in(R"({"id":"a","subject" : "contact/7","data":{"te)"), Subject(ContactId{7}));
  EXPECT_EQ(subject_named_in(R"({"subject":"identity/web:ada"})"), Subject(Identity{"web", "ada"}));
  for (const char* bytes : {"", "{", R"({"subject":7})", R"({"subject":"contact/7)", R"({"subject":"contact/x"})",
                            R"({"subject")", R"("subject":)", R"({"data":"contact/7"})"}) {
    EXPECT_EQ(subject_named_in(bytes), std::nullopt) << bytes;
  }
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

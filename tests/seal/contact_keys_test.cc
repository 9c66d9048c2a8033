#include "engine/seal/contact_keys.h"

#include <gmock/gmock.h>

#include "projections/store/durable_file.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr ContactId kAda{1}, kBob{2}, kCleo{3};

class ContactKeysTest : public testing::Test {
 protected:
  void SetUp() override { open(master_); }

  void open(const SecretKey& master) {
    keys_.reset();
    auto keys = ContactKeys::open(path(), master, log_);
    ASSERT_TRUE(keys) << to_string(keys.error());
    keys_ = *std::move(keys);
  }
  std::filesystem::path path() const { return directory_.path() / "keys"; }

  void make(std::vector<ContactId> contacts) { ASSERT_TRUE(keys_->make_missing(contacts)); }
  std::string key_of(ContactId contact) {
    const auto found = keys_->find(contact);
    EXPECT_TRUE(found);
    if (found->state == KeyState::missing) return "missing";
    return found->state == KeyState::destroyed ? "destroyed" : std::string(found->key.view());
  }
  // Every byte that the files hold.
  std::string bytes_on_disk() const {
    std::string out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      if (entry.is_regular_file()) out += **read_text(entry.path());
    }
    return out;
  }
  std::string row_on_disk(ContactId contact) {
    keys_.reset();
    const auto store = Store::open({.directory = path(), .use = StoreOptions::Use::log});
    std::string row = "k" + std::string(7, '\0') + static_cast<char>(contact.value);
    return (*store)->get(row)->value_or("");
  }

  TemporaryDirectory directory_;
  const LogId log_{0x5f0c2ab1};
  const SecretKey master_ = SecretKey::draw();
  std::unique_ptr<ContactKeys> keys_;
};

TEST_F(ContactKeysTest, AreDrawnOnceAndKept) {
  EXPECT_EQ(key_of(kAda), "missing");
  make({kAda, kBob, kAda});
  const std::string ada = key_of(kAda), bob = key_of(kBob);
  EXPECT_EQ(ada.size(), SecretKey::kSize);
  EXPECT_NE(ada, bob);
  EXPECT_EQ(key_of(kCleo), "missing");
  make({kAda, kBob, kCleo});
  open(master_);
  EXPECT_EQ(key_of(kAda), ada);
  EXPECT_EQ(key_of(kBob), bob);
}

TEST_F(ContactKeysTest, StandInNoFileInClear) {
  make({kAda});
  const std::string ada = key_of(kAda), identity(keys_->identity_key().view());
  keys_.reset();
  const std::string bytes = bytes_on_disk();
  EXPECT_EQ(bytes.find(ada), std::string::npos);
  EXPECT_EQ(bytes.find(identity), std::string::npos);
  EXPECT_EQ(bytes.find(master_.view()), std::string::npos);
}

TEST_F(ContactKeysTest, OpenUnderTheirMasterKeyAndOfTheirLogAlone) {
  keys_.reset();
  const auto other_master = ContactKeys::open(path(), SecretKey::draw(), log_);
  ASSERT_FALSE(other_master);
  EXPECT_EQ(other_master.error().code, Errc::wrong_format);
  const auto other_log = ContactKeys::open(path(), master_, LogId{1});
  ASSERT_FALSE(other_log);
  EXPECT_EQ(other_log.error().code, Errc::wrong_format);
}

// Also what was sealed under the master key is gone from the files: or whoever has both has the contact's events.
TEST_F(ContactKeysTest, OnceDestroyedAreGoneFromTheFilesAndNotDrawnAgain) {
  make({kAda, kBob});
  const std::string bob = key_of(kBob);
  // A piece of it: a packed block may break the whole.
  const std::string sealed = row_on_disk(kAda).substr(20, 16);
  ASSERT_NE(bytes_on_disk().find(sealed), std::string::npos) << "the test finds what is there";
  open(master_);
  ASSERT_TRUE(keys_->destroy(std::vector{kAda}, Timestamp{1'000}));
  EXPECT_EQ(key_of(kAda), "destroyed");
  make({kAda});
  EXPECT_EQ(key_of(kAda), "destroyed");
  EXPECT_EQ(bytes_on_disk().find(sealed), std::string::npos);
  open(master_);
  EXPECT_EQ(key_of(kAda), "destroyed");
  EXPECT_EQ(key_of(kBob), bob);
}

TEST_F(ContactKeysTest, RememberWhatIsBeingErased) {
  ASSERT_TRUE(keys_->plan_erasure(std::vector{kAda, kBob}));
  open(master_);
  EXPECT_THAT(*keys_->planned_erasures(), testing::ElementsAre(PlannedErasure{kAda}, PlannedErasure{kBob}));
  ASSERT_TRUE(keys_->call_off_erasure(std::vector{kAda}));
  EXPECT_THAT(*keys_->planned_erasures(), testing::ElementsAre(PlannedErasure{kBob}));
}

TEST_F(ContactKeysTest, MoveToAnotherMasterKey) {
  make({kAda, kBob});
  ASSERT_TRUE(keys_->destroy(std::vector{kBob}, Timestamp{1'000}));
  const std::string ada = key_of(kAda);
  const SecretKey next = SecretKey::draw();
  ASSERT_TRUE(keys_->change_master(next));
  EXPECT_EQ(key_of(kAda), ada);
  keys_.reset();
  EXPECT_FALSE(ContactKeys::open(path(), master_, log_));
  open(next);
  EXPECT_EQ(key_of(kAda), ada);
  EXPECT_EQ(key_of(kBob), "destroyed");
}

TEST_F(ContactKeysTest, AreTakenOverByTheKeysOfACopy) {
  make({kAda, kBob});
  ASSERT_TRUE(keys_->destroy(std::vector{kBob}, Timestamp{1'000}));
  const auto copy = ContactKeys::open(directory_.path() / "copy", SecretKey::draw(), LogId{2});
  ASSERT_TRUE(copy);
  ASSERT_TRUE((*copy)->adopt(*keys_));
  EXPECT_EQ((*copy)->find(kAda)->key.view(), keys_->find(kAda)->key.view());
  EXPECT_EQ((*copy)->find(kBob)->state, KeyState::destroyed);
  EXPECT_EQ((*copy)->identity_key().view(), keys_->identity_key().view());
}

}  // namespace
}  // namespace rapport

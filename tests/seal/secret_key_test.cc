#include "engine/seal/secret_key.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

TEST(SecretKey, IsReadBackFromItsText) {
  const SecretKey key = SecretKey::draw();
  const auto read = parse_secret_key(secret_key_text(key));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->view(), key.view());
  for (const std::string& bad : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')}) {
    EXPECT_FALSE(parse_secret_key(bad)) << bad;
  }
}

TEST(SecretKey, SealsSoThatOnlyItsOwnOpens) {
  const SecretKey key = SecretKey::draw();
  const std::string sealed = seal_bytes(key, "what was said", "bound");
  EXPECT_EQ(sealed.find("said"), std::string::npos);
  EXPECT_NE(sealed, seal_bytes(key, "what was said", "bound")) << "the nonce is fresh";
  EXPECT_EQ(open_bytes(key, sealed, "bound"), "what was said");
  EXPECT_EQ(open_bytes(key, sealed, "other"), std::nullopt);
  EXPECT_EQ(open_bytes(SecretKey::draw(), sealed, "bound"), std::nullopt);
  EXPECT_EQ(open_bytes(key, sealed.substr(1), "bound"), std::nullopt);
  EXPECT_EQ(open_bytes(key, "", "bound"), std::nullopt);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string flipped = sealed;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    ASSERT_EQ(open_bytes(key, flipped, "bound"), std::nullopt) << i;
  }
}

class KeyFile : public testing::Test {
 protected:
  std::filesystem::path path() const { return directory_.path() / "secrets" / "master"; }
  TemporaryDirectory directory_;
};

TEST_F(KeyFile, IsMadeForItsOwnerAloneAndStaysTheSame) {
  const auto made = read_or_make_key_file(path());
  ASSERT_TRUE(made) << to_string(made.error());
  const auto permissions = std::filesystem::status(path()).permissions();
  EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto again = read_or_make_key_file(path());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->view(), made->view());
}

TEST_F(KeyFile, ThatOthersMayReadIsRefused) {
  ASSERT_TRUE(read_or_make_key_file(path()));
  std::filesystem::permissions(path(), std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  const auto refused = read_or_make_key_file(path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
  EXPECT_EQ(refused.error().field, path().string());
}

TEST_F(KeyFile, ThatHoldsNoKeyIsRefused) {
  ASSERT_TRUE(read_or_make_key_file(path()));
  std::ofstream(path()) << "secret\n";
  const auto refused = read_or_make_key_file(path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace rapport

#include "engine/seal/secret_key.h"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace rapport

#include "engine/seal/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

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

// As a shell's <(...), and a secret that a container mounts as a pipe: each as open to others as it happens to be.
TEST_F(KeyFile, MayBeAPipe) {
  const std::filesystem::path pipe = directory_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0644), 0);
  const SecretKey key = SecretKey::draw();
  std::thread writer([&] { std::ofstream(pipe) << secret_key_text(key) << "\n"; });
  const auto read = read_or_make_key_file(pipe);
  writer.join();
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->view(), key.view());
}

TEST_F(KeyFile, MayBeAPipeInNoDirectoryOfADisk) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const SecretKey key = SecretKey::draw();
  const std::string text = secret_key_text(key);
  ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  const auto read = read_or_make_key_file("/dev/fd/" + std::to_string(ends[0]));
  ::close(ends[0]);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->view(), key.view());
}

TEST_F(KeyFile, IsCheckedForAnyKey) {
  const std::filesystem::path file = directory_.path() / "api-key";
  EXPECT_TRUE(check_key_file(file)) << "it is not there";
  std::ofstream(file) << "rk_2\n";
  using std::filesystem::perms;
  for (const perms others : {perms::group_read, perms::others_read, perms::others_write}) {
    std::filesystem::permissions(file, perms::owner_read | others);
    EXPECT_EQ(check_key_file(file).error(),
              (Error{Errc::invalid_argument, "others than its owner may read it: chmod 600", file.string()}));
  }
  std::filesystem::permissions(file, perms::owner_read);
  EXPECT_TRUE(check_key_file(file));
}

}  // namespace
}  // namespace rapport

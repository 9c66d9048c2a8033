#include "engine/generations/data_directory.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

class DataDirectoryTest : public testing::Test {
 protected:
  fs::path path() const { return directory_.path() / "data"; }
  Error open_error(std::string_view kind = "embedded") const {
    const auto opened = DataDirectory::open(path(), kind);
    return opened ? Error{Errc::internal, "it opened"} : opened.error();
  }
  static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

  TemporaryDirectory directory_;
};

TEST_F(DataDirectoryTest, IsMadeAndOpensAgain) {
  ASSERT_TRUE(DataDirectory::open(path(), "embedded"));
  const auto again = DataDirectory::open(path(), "embedded");
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(again->current_generation(), 0u);
  EXPECT_EQ(again->next_generation(), 1u);
}

TEST_F(DataDirectoryTest, HasAName) {
  const auto opened = DataDirectory::open("", "embedded");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::invalid_argument);
  EXPECT_EQ(opened.error().field, "data");
}

TEST_F(DataDirectoryTest, RemembersTheGenerationThatServes) {
  {
    auto directory = DataDirectory::open(path(), "embedded");
    ASSERT_TRUE(directory);
    fs::create_directories(directory->generation_path(1));
    fs::create_directories(directory->generation_path(4));
    ASSERT_TRUE(directory->set_current_generation(4));
    ASSERT_TRUE(directory->drop_generation(1));
  }
  const auto again = DataDirectory::open(path(), "embedded");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->current_generation(), 4u);
  EXPECT_EQ(again->next_generation(), 5u);
  EXPECT_FALSE(fs::exists(again->generation_path(1)));
}

// A stop between the two steps of a swap: the rebuild is over, and nothing of it may be begun again or tidied away.
TEST_F(DataDirectoryTest, TakesARebuildThatServesForFinished) {
  {
    auto directory = DataDirectory::open(path(), "embedded");
    ASSERT_TRUE(directory);
    ASSERT_TRUE(directory->set_pending_generation(2));
    ASSERT_TRUE(directory->set_current_generation(2));
  }
  const auto again = DataDirectory::open(path(), "embedded");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->current_generation(), 2u);
  EXPECT_EQ(again->pending_generation(), 0u);
  EXPECT_FALSE(fs::exists(path() / "projections" / "PENDING"));
}

TEST_F(DataDirectoryTest, RemembersWhichGenerationWasGoneOnWith) {
  for (const std::uint64_t kept_as : {3, 0}) {
    ASSERT_TRUE(DataDirectory::open(path(), "embedded")->set_pending_generation(7, kept_as));
    const auto again = DataDirectory::open(path(), "embedded");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->pending_generation(), 7u);
    EXPECT_EQ(again->pending_kept_as(), kept_as);
  }
}

// Were it taken for absent, the engine would begin anew beside its own rows.
TEST_F(DataDirectoryTest, SaysThatAFileOfItsOwnCannotBeRead) {
  ASSERT_TRUE(DataDirectory::open(path(), "embedded"));
  for (const char* name : {"format", "projections/CURRENT", "projections/PENDING", "RESTORING"}) {
    const fs::path file = path() / name;
    fs::remove(file);
    fs::create_directories(file);  // opens, and does not read
    EXPECT_EQ(open_error().code, Errc::storage_failed) << name;
    EXPECT_EQ(open_error().field, file.string());
    fs::remove(file);
    if (std::string_view(name) == "format") write(file, "rapport 1 embedded\n");
  }
}

TEST_F(DataDirectoryTest, IsOneProcesss) {
  const auto first = DataDirectory::open(path(), "embedded");
  ASSERT_TRUE(first);
  const Error error = open_error();
  EXPECT_EQ(error.code, Errc::locked);
  EXPECT_EQ(error.field, path().string());
}

TEST_F(DataDirectoryTest, RefusesAnotherLogsDirectory) {
  ASSERT_TRUE(DataDirectory::open(path(), "kafka"));
  const Error error = open_error("embedded");
  EXPECT_EQ(error.code, Errc::wrong_format);
  EXPECT_THAT(error.detail, testing::HasSubstr("'kafka'"));
}

TEST_F(DataDirectoryTest, RefusesAnotherVersionsDirectory) {
  fs::create_directories(path());
  write(path() / "format", "rapport 2 embedded\n");
  EXPECT_EQ(open_error().code, Errc::wrong_format);
  EXPECT_EQ(open_error().field, (path() / "format").string());
}

TEST_F(DataDirectoryTest, RefusesDataWithoutAFormat) {
  fs::create_directories(path() / "log");
  EXPECT_EQ(open_error().code, Errc::wrong_format);
}

// A mistyped --data: nothing may be made among the files of somebody else.
TEST_F(DataDirectoryTest, RefusesADirectoryOfSomethingElse) {
  for (const char* name : {"thesis.txt", ".bashrc", "sub/deeper"}) {
    fs::remove_all(path());
    fs::create_directories((path() / name).parent_path());
    write(path() / name, "mine");
    EXPECT_EQ(open_error().code, Errc::wrong_format) << name;
    EXPECT_EQ(open_error().field, path().string());
    EXPECT_THAT(open_error().detail, testing::HasSubstr("other files"));
    EXPECT_EQ(std::distance(fs::directory_iterator(path()), fs::directory_iterator()), 1) << "nothing was made there";
  }
}

TEST_F(DataDirectoryTest, TakesANewOneInWhichADiskAnOperatorOrACrashLeftSomething) {
  for (const char* name : {"lost+found", "backups", "projections", "keys"}) fs::create_directories(path() / name);
  for (const char* name : {"LOCK", "format.new", "master-key", "master-key.77.new"}) write(path() / name, "");
  EXPECT_TRUE(DataDirectory::open(path(), "kafka"));
}

// What is beside our own files is not looked at: an operator's notes, a file of a later version.
TEST_F(DataDirectoryTest, TakesItsOwnWhateverElseStandsThere) {
  ASSERT_TRUE(DataDirectory::open(path(), "embedded"));
  write(path() / "notes.txt", "mine");
  EXPECT_TRUE(DataDirectory::open(path(), "embedded"));
}

// The log has all that a generation has.
TEST_F(DataDirectoryTest, TakesADamagedNumberForNone) {
  ASSERT_TRUE(DataDirectory::open(path(), "embedded"));
  for (const char* text : {"four\n", "\n", "", "0\n", "-1\n", "99999999999999999999\n"}) {
    write(path() / "projections" / "CURRENT", text);
    write(path() / "projections" / "PENDING", text);
    const auto opened = DataDirectory::open(path(), "embedded");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->current_generation(), 0u) << text;
    EXPECT_EQ(opened->pending_generation(), 0u) << text;
  }
}

TEST_F(DataDirectoryTest, SaysWhichPathCannotBeMade) {
  write(path(), "a file");
  const Error error = open_error();
  EXPECT_EQ(error.code, Errc::storage_failed);
  EXPECT_EQ(error.field, path().string());
}

}  // namespace
}  // namespace rapport

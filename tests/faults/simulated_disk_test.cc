#include "tests/faults/simulated_disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/store/temporary_directory.h"

namespace rapport::faults {
namespace {

namespace fs = std::filesystem;

class SimulatedDiskTest : public testing::Test {
 protected:
  void SetUp() override { put("old", "before"); }

  void put(const std::string& name, const std::string& text) { std::ofstream(path(name), std::ios::binary) << text; }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string text(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return in ? std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()) : "(not there)";
  }
  SimulatedDisk& disk() {
    if (!disk_) disk_ = std::make_unique<SimulatedDisk>(directory_.path());
    return *disk_;
  }
  void open(std::uint32_t file, const std::string& name, int flags = O_RDWR | O_CREAT) {
    disk().apply({CallDone::opened, file, static_cast<std::uint64_t>(flags), path(name), {}, {}});
  }
  void write(std::uint32_t file, std::uint64_t at, const std::string& bytes) {
    disk().apply({CallDone::wrote, file, at, {}, {}, bytes});
  }
  void sync(std::uint32_t file) { disk().apply({CallDone::synced, file, 0, {}, {}, {}}); }
  void name(CallDone call, const std::string& from, const std::string& to = {}) {
    disk().apply({call, 0, 0, path(from), to.empty() ? to : path(to), {}});
  }
  void lose(Kept names, Kept bytes, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    disk().lose_power({names, bytes}, random);
    disk().write_back();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<SimulatedDisk> disk_;
};

TEST_F(SimulatedDiskTest, BytesAreKeptOnceSynced) {
  open(1, "old");
  write(1, 0, "synced");
  sync(1);
  write(1, 0, "gone..");
  write(1, 6, "gone");
  lose(Kept::nothing, Kept::nothing);
  EXPECT_EQ(text("old"), "synced");
}

TEST_F(SimulatedDiskTest, ANameIsKeptOnceItsDirectoryIsSynced) {
  open(1, "new");
  write(1, 0, "x");
  sync(1);
  lose(Kept::nothing, Kept::nothing);
  EXPECT_EQ(text("new"), "(not there)");

  disk_.reset();
  open(1, "new");
  open(2, ".", O_RDONLY);
  sync(2);
  write(1, 0, "x");
  lose(Kept::nothing, Kept::nothing);
  EXPECT_EQ(text("new"), "") << "the name is there, the bytes were not synced";
}

TEST_F(SimulatedDiskTest, ARenameIsKeptWholeOrNotAtAll) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    disk_.reset();
    open(1, "draft");
    write(1, 0, "after");
    sync(1);
    name(CallDone::renamed, "draft", "old");
    lose(Kept::by_chance, Kept::nothing, seed);
    const bool renamed = text("old") == "after";
    EXPECT_TRUE(renamed || text("old") == "before") << text("old");
    EXPECT_TRUE(!renamed || text("draft") == "(not there)");
    fs::remove(path("draft"));
    put("old", "before");
  }
}

TEST_F(SimulatedDiskTest, WhatIsRemovedComesBack) {
  name(CallDone::removed, "old");
  lose(Kept::nothing, Kept::nothing);
  EXPECT_EQ(text("old"), "before");
}

TEST_F(SimulatedDiskTest, ChangesOfOneDirectoryAreKeptInTheirOrder) {
  int first = 0, second = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    disk_.reset();
    open(1, "a");
    open(2, "b");
    lose(Kept::by_chance, Kept::nothing, seed);
    first += text("a") == "" ? 1 : 0;
    second += text("b") == "" ? 1 : 0;
    EXPECT_TRUE(text("a") == "" || text("b") != "");
    fs::remove(path("a"));
    fs::remove(path("b"));
  }
  EXPECT_LT(second, first);
  EXPECT_GT(second, 0);
}

TEST_F(SimulatedDiskTest, ANewDirectoryGoesWithAllThatIsInIt) {
  name(CallDone::made, "folder");
  open(1, "folder/file");
  sync(1);
  open(2, "folder", O_RDONLY);
  sync(2);
  lose(Kept::nothing, Kept::everything);
  EXPECT_EQ(text("folder/file"), "(not there)");
}

TEST_F(SimulatedDiskTest, TwoNamesAreOneFile) {
  open(1, ".", O_RDONLY);
  name(CallDone::linked, "old", "other");
  sync(1);
  open(2, "other");
  write(2, 0, "B");
  sync(2);
  lose(Kept::nothing, Kept::nothing);
  EXPECT_EQ(text("old"), "Before");
  EXPECT_EQ(fs::hard_link_count(path("old")), 2u);
}

// A sector is as it was, or as it was to become, or zeros where there was none.
TEST_F(SimulatedDiskTest, SectorsAreTorn) {
  constexpr std::size_t kSector = SimulatedDisk::kSectorBytes;
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    disk_.reset();
    put("old", std::string(kSector, 'a'));
    open(1, "old");
    write(1, 0, std::string(3 * kSector, 'b'));
    lose(Kept::nothing, Kept::by_chance, seed);
    std::string sectors;
    for (std::size_t at = 0; at < text("old").size(); at += kSector)
      sectors += text("old")[at] == '\0' ? '0' : text("old")[at];
    EXPECT_EQ(sectors.find_first_not_of("ab0"), std::string::npos);
    seen.insert(sectors);
  }
  for (const char* some : {"a", "bbb", "abb", "a0b", "bb"}) EXPECT_TRUE(seen.contains(some)) << some;
}

}  // namespace
}  // namespace rapport::faults

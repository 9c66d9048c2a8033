#include "projections/store/database.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr int kReaders = 4, kOpenings = 20, kRows = 50;
constexpr std::chrono::seconds kPatience{120};

std::string key_of(int number) { return "k" + std::to_string(number); }

// What it reads is there, whatever happens meanwhile; empty: it was.
std::string read_once(Database& database, int number) {
  const auto held = database.lease();
  if (!held) return to_string(held.error());
  const Database::TakenSnapshot snapshot = database.take_snapshot();  // which takes a lease within ours
  // Ours was before: while it is held nothing is closed.
  if (snapshot.opening != held->opening()) return "it was opened again under a lease";
  rocksdb::ReadOptions at;
  at.snapshot = snapshot.native;
  std::string value;
  const rocksdb::Status status = held->get()->Get(at, key_of(number), &value);
  database.release(snapshot);
  return status.ok() && value == "there" ? "" : key_of(number) + ": " + status.ToString();
}

TEST(Database, IsOpenedAgainWhileItIsReadAllTheTime) {
  TemporaryDirectory directory;
  const auto opened = Database::open({.directory = directory.path() / "store"});
  ASSERT_TRUE(opened) << to_string(opened.error());
  Database& database = **opened;
  for (int number = 0; number < kRows; ++number) {
    const auto held = database.lease();
    ASSERT_TRUE(held);
    ASSERT_TRUE(held->get()->Put({}, key_of(number), "there").ok());
  }
  std::atomic<bool> stopping{false};
  std::vector<std::string> wrong(kReaders);
  std::vector<std::thread> readers;
  for (int reader = 0; reader < kReaders; ++reader) {
    readers.emplace_back([&, reader] {
      // One that is kept over an opening ends with it.
      Database::TakenSnapshot kept = database.take_snapshot();
      for (int turn = 0; !stopping && wrong[reader].empty(); ++turn) {
        wrong[reader] = read_once(database, turn % kRows);
        if (turn % 100 != 0) continue;
        database.release(kept);
        kept = database.take_snapshot();
      }
      database.release(kept);
    });
  }
  const auto until = std::chrono::steady_clock::now() + kPatience;
  int openings = 0;
  while (openings < kOpenings && std::chrono::steady_clock::now() < until) {
    const auto again = database.reopen();
    // A reader that stood still in the middle has it wait, and give up for now.
    if (again) ++openings;
    if (!again) {
      EXPECT_EQ(again.error().code, Errc::storage_failed) << to_string(again.error());
    }
  }
  stopping = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(openings, kOpenings);
  for (const std::string& error : wrong) EXPECT_EQ(error, "");
  for (int number = 0; number < kRows; ++number) EXPECT_EQ(read_once(database, number), "");
}

}  // namespace
}  // namespace rapport

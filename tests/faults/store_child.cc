// store_child log|rows|keys DIRECTORY FROM: puts numbered rows into a store, synced or not, or a contact's key each,
// from FROM on, until it is killed. "N" is a line on standard output for each that is held, "refused" one for each that
// was not, whose number comes again; why stands on standard error. Beside it a thread reads: a row that does not read
// back, or a snapshot that shows more than there was when it was taken, ends the process.
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <thread>

#include "engine/seal/key_rows.h"
#include "projections/store/big_endian.h"
#include "projections/store/store.h"

namespace rapport {
namespace {

std::string key_of(std::uint64_t number) {
  std::string key = "k";
  append_big_endian64(key, number);
  return key;
}
// Long, so that what is in memory is flushed every now and then.
std::string value_of(std::uint64_t number) {
  return kKeyThere + std::to_string(number) + std::string(4'000, static_cast<char>('a' + number % 26));
}

void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::abort();
}

// What is written up to, which a reader may expect.
std::atomic<std::uint64_t> held{0};

void read_all(const Store& store) {
  for (std::uint64_t number = 0; number < held; ++number) {
    const auto value = store.get(key_of(number));
    if (!value || *value != value_of(number)) panic("row " + std::to_string(number) + " is lost");
  }
}

[[noreturn]] void read_for_ever(const Store& store) {
  for (std::uint64_t turn = 0;; ++turn) {
    const std::uint64_t least = held;  // before the snapshot, or it may lack what was written since
    const auto snapshot = store.snapshot();
    for (int i = 0; i < 50; ++i) {
      std::uint64_t seen = 0;
      Cursor cursor = store.cursor("k", "l", snapshot.get());
      for (cursor.seek_last(); cursor.valid() && seen < 20; cursor.prev()) ++seen;
      const bool walked = static_cast<bool>(cursor.status());
      if (walked && seen < std::min<std::uint64_t>(least, 20)) panic("a snapshot shows too little");
      if (least == 0) continue;
      // A second look while the first goes on, as readers do.
      const std::uint64_t number = turn % least;
      const auto value = store.get(key_of(number));
      if (value && *value != value_of(number)) panic("a row does not read back");
    }
  }
}

template <class Write>
[[noreturn]] void write_for_ever(std::uint64_t from, const Write& write) {
  std::string why;
  for (std::uint64_t number = from;;) {
    if (const Result<void> written = write(number); !written) {
      say("refused");
      if (const std::string now = to_string(written.error()); now != why) {
        std::cerr << number << ": " << now << std::endl;
        why = now;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      continue;
    }
    say(std::to_string(number));
    held = ++number;
  }
}

int run(std::string_view what, const std::string& directory, std::uint64_t from) {
  held = from;
  if (what == "keys") {
    const auto rows = KeyRows::open(directory, nullptr, [](const std::string&) {});
    if (!rows) return std::cerr << to_string(rows.error()) << "\n", 1;
    read_all((*rows)->store());
    std::thread([&rows] { read_for_ever((*rows)->store()); }).detach();
    write_for_ever(from, [&rows](std::uint64_t number) -> Result<void> {
      return (*rows)->commit({{key_of(number), value_of(number)}});
    });
  }
  const bool is_log = what == "log";
  const auto store = Store::open({.directory = directory,
                                  .use = is_log ? StoreOptions::Use::log : StoreOptions::Use::projections,
                                  .write_buffer_bytes = 256u << 10});
  if (!store) return std::cerr << to_string(store.error()) << "\n", 1;
  read_all(**store);
  std::thread([&store] { read_for_ever(**store); }).detach();
  write_for_ever(from, [&](std::uint64_t number) -> Result<void> {
    RowBatch batch;
    batch.put(key_of(number), value_of(number));
    RAPPORT_TRY((*store)->resume());
    return (*store)->write(batch, is_log ? Durability::synced : Durability::buffered);
  });
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return rapport::run(argv[1], argv[2], std::stoull(argv[3]));
}

// The limit of storing: RocksDB, with the engine's settings, writing the rows of a finished generation and nothing
// else.
//
//   rows_limit GENERATION_DIRECTORY NEW_DIRECTORY [events a step]
//
// The rows go as the fold writes them: in steps, each sorted, a timeline row with the step that its log offset is of, a
// state with every step that has events of it, and the other rows with the last of these. Prints the number of rows
// and the seconds that writing them took; reading the generation beforehand is not in it.
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "projections/key_layout.h"
#include "projections/store/big_endian.h"
#include "projections/store/store.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;
using Rows = std::map<std::string, std::string>;

constexpr std::size_t kContactKeySize = 9;  // of a stream or of a row beside it: a kind, then the contact's id

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::cerr << "rows_limit: " << to_string(result.error()) << "\n";
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

void walk(const Store& store, std::string_view from, std::string_view to,
          const std::function<void(std::string_view, std::string_view)>& each) {
  Cursor cursor = store.cursor(from, to);
  for (cursor.seek_first(); cursor.valid(); cursor.next()) each(cursor.key(), cursor.value());
  must(cursor.status());
}

// Of which contact's id a row's key tells, as its bytes; empty where it tells of none.
std::string_view id_in(std::string_view key) {
  switch (static_cast<RowKind>(key[0])) {
    case RowKind::state:
    case RowKind::timeline:
    case RowKind::seen: return key.size() > kContactKeySize ? key.substr(2, 8) : std::string_view();
    case RowKind::visits:
    case RowKind::cases:
    case RowKind::past: return key.size() >= kContactKeySize ? key.substr(1, 8) : std::string_view();
    case RowKind::index: return key.substr(key.size() - 8);
    default: return {};
  }
}

std::vector<Rows> steps_of(const Store& store, std::uint64_t step_events) {
  std::map<std::uint64_t, Rows> steps;
  std::map<std::string, std::set<std::uint64_t>, std::less<>> steps_of_contact;
  const std::string timeline(1, static_cast<char>(RowKind::timeline));
  walk(store, timeline, prefix_end(timeline), [&](std::string_view key, std::string_view value) {
    const std::uint64_t step = read_big_endian64(key.substr(key.size() - 8)) / step_events;
    steps[step].emplace(key, value);
    steps_of_contact[std::string(id_in(key))].insert(step);
  });
  walk(store, "", "", [&](std::string_view key, std::string_view value) {
    if (key.starts_with(timeline)) return;
    const auto of_contact = steps_of_contact.find(id_in(key));
    if (of_contact == steps_of_contact.end()) {
      steps.rbegin()->second.emplace(key, value);
    } else if (static_cast<RowKind>(key[0]) == RowKind::state) {
      for (const std::uint64_t step : of_contact->second) steps[step].emplace(key, value);
    } else {
      steps[*of_contact->second.rbegin()].emplace(key, value);
    }
  });
  std::vector<Rows> out;
  for (auto& [number, rows] : steps) out.push_back(std::move(rows));
  return out;
}

int run(const char* from, const char* to, std::uint64_t step_events) {
  const auto source = must(Store::open({.directory = from, .read_only = true}));
  const std::vector<Rows> steps = steps_of(*source, step_events);
  const auto begin = Clock::now();
  {
    const auto store = must(Store::open({.directory = to}));
    for (const Rows& rows : steps) {
      RowBatch batch;
      for (const auto& [key, value] : rows) batch.put(key, value);
      must(store->write(batch, Durability::buffered));
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::size_t rows = 0;
  for (const Rows& step : steps) rows += step.size();
  std::cout << rows << " " << seconds << "\n";
  return 0;
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: rows_limit GENERATION_DIRECTORY NEW_DIRECTORY [events a step]\n";
    return 2;
  }
  return rapport::run(argv[1], argv[2], argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 50'000);
}

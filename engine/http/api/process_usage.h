// What this process takes of the machine.
#pragma once

#include <cstdint>
#include <optional>

namespace rapport {

struct ProcessUsage {
  std::uint64_t resident_bytes = 0;
  double cpu_seconds = 0;  // of all threads, since the start
  std::uint64_t open_files = 0;
  std::uint64_t open_files_max = 0;
};

// 0 where the system does not say. Thread-safe.
ProcessUsage process_usage();

// What the program has asked jemalloc for and not given back; nothing where that is not linked. Thread-safe.
std::optional<std::uint64_t> allocated_bytes();

}  // namespace rapport

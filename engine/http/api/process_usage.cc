#include "engine/http/api/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

// jemalloc's; null where it is not linked.
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old, std::size_t* old_size, void* next,
                                     std::size_t next_size);

namespace rapport {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  if (!(file >> size >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  // The one that this looks through is among them.
  return error ? 0 : static_cast<std::uint64_t>(std::distance(begin(files), end(files))) - 1;
}

}  // namespace

ProcessUsage process_usage() {
  ProcessUsage out{.resident_bytes = resident_bytes(), .open_files = open_files()};
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) out.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) out.open_files_max = files.rlim_cur;
  return out;
}

std::optional<std::uint64_t> allocated_bytes() {
  if (mallctl == nullptr) return std::nullopt;
  // Its figures are those of the last time that the epoch was moved.
  std::uint64_t epoch = 1;
  std::size_t bytes = 0, size = sizeof epoch;
  if (mallctl("epoch", &epoch, &size, &epoch, sizeof epoch) != 0) return std::nullopt;
  size = sizeof bytes;
  if (mallctl("stats.allocated", &bytes, &size, nullptr, 0) != 0) return std::nullopt;
  return bytes;
}

}  // namespace rapport

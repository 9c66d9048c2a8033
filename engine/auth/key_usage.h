// When each key was last used, for whoever looks for keys that nobody needs any more. Beside the log and not in it: a
// request must not cost a record.
//
// Invariants: kept in memory, and in a file that is written at most once a minute and at the end, so that a crash
// forgets a minute. Only ids of keys that there are come in, so it does not grow. Each engine keeps its own.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "events/timestamp.h"

namespace rapport {

// Thread-safe.
class KeyUsage {
 public:
  static constexpr std::int64_t kSaveIntervalMs = 60'000;

  // Reads what the file says; one that is not there, or does not read, says nothing. Empty: kept in memory alone.
  explicit KeyUsage(std::filesystem::path file);
  ~KeyUsage();

  void used(std::string_view key_id, Timestamp now);
  // Absent: never. Rounded down to a second.
  std::optional<Timestamp> last_used(std::string_view key_id) const;

 private:
  std::string lines() const;
  void save(const std::string& lines) const noexcept;

  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<std::string, Timestamp, std::less<>> last_used_;
  Timestamp saved_{};
  bool changed_ = false;
  mutable std::mutex saving_;  // one writer of the file at a time; never waited for by a request
};

}  // namespace rapport

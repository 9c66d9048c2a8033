// What RocksDB says of itself, in the file LOG beside its rows, the one before it as LOG.old.
//
// Its own logger ends the process where a disk is full: it asserts that a line was written. A line of this one that
// cannot be written is left out.
#pragma once

#include <rocksdb/env.h>

#include <cstdarg>
#include <filesystem>
#include <mutex>

namespace rapport {

class InfoLog final : public rocksdb::Logger {
 public:
  // Silent: nothing is written, as beside rows that are only read.
  InfoLog(std::filesystem::path directory, bool silent);
  ~InfoLog() override;

  using Logger::Logv;
  // Thread-safe.
  void Logv(const char* format, std::va_list arguments) override;

 private:
  void begin_file();

  const std::filesystem::path directory_;
  std::mutex mutex_;
  int file_ = -1;
  std::size_t size_bytes_ = 0;
};

}  // namespace rapport

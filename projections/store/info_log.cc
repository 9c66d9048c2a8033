#include "projections/store/info_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <system_error>

#include "events/timestamp.h"

namespace rapport {
namespace {

constexpr std::size_t kFileBytesMax = 4u << 20;
constexpr std::size_t kLineBytesMax = 8u << 10;  // what is longer is cut

}  // namespace

InfoLog::InfoLog(std::filesystem::path directory, bool silent)
    : Logger(rocksdb::InfoLogLevel::INFO_LEVEL), directory_(std::move(directory)) {
  if (!silent) begin_file();
}

InfoLog::~InfoLog() {
  if (file_ >= 0) ::close(file_);
}

void InfoLog::begin_file() {
  if (file_ >= 0) ::close(file_);
  std::error_code none_yet;
  std::filesystem::rename(directory_ / "LOG", directory_ / "LOG.old", none_yet);
  file_ = ::open((directory_ / "LOG").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  size_bytes_ = 0;
}

void InfoLog::Logv(const char* format, std::va_list arguments) {
  std::array<char, kLineBytesMax> text;
  const int wanted = std::vsnprintf(text.data(), text.size(), format, arguments);
  if (wanted < 0) return;
  std::string line = format_timestamp(now_wall_clock()) + " ";
  line.append(text.data(), std::min(static_cast<std::size_t>(wanted), text.size() - 1));
  if (line.back() != '\n') line += '\n';
  const std::lock_guard lock(mutex_);
  if (file_ < 0) return;
  if (size_bytes_ + line.size() > kFileBytesMax) begin_file();
  const auto written = ::write(file_, line.data(), line.size());
  if (written > 0) size_bytes_ += static_cast<std::size_t>(written);
}

}  // namespace rapport

#include "engine/generations/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "events/number_text.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLayout = "rapport 1 ";

Error storage_error(const fs::path& path, const std::string& what, int error) {
  return {Errc::storage_failed, what + ": " + std::error_code(error, std::generic_category()).message(), path.string()};
}

Result<std::string> read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return Error{Errc::storage_failed, "cannot be read", path.string()};
  return std::move(text).str();
}

Result<void> sync_directory(const fs::path& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return storage_error(path, "cannot be opened", errno);
  const int failed = ::fsync(handle) != 0 ? errno : 0;
  ::close(handle);
  if (failed != 0) return storage_error(path, "cannot be synced", failed);
  return {};
}

// Whole or not at all, also over a power loss.
Result<void> replace_text(const fs::path& path, std::string_view text) {
  const fs::path draft = path.string() + ".new";
  const int handle = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (handle < 0) return storage_error(draft, "cannot be written", errno);
  int failed = 0;
  if (::write(handle, text.data(), text.size()) != static_cast<ssize_t>(text.size())) failed = errno != 0 ? errno : EIO;
  if (failed == 0 && ::fsync(handle) != 0) failed = errno;
  ::close(handle);
  if (failed != 0) return storage_error(draft, "cannot be written", failed);
  if (::rename(draft.c_str(), path.c_str()) != 0) return storage_error(path, "cannot be renamed", errno);
  return sync_directory(path.parent_path());
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const fs::path& path, std::string_view log_kind) {
  std::error_code error;
  fs::create_directories(path / "projections", error);
  if (error) return storage_error(path, "cannot be made", error.value());
  const fs::path lock_path = path / "LOCK";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return storage_error(lock_path, "cannot be opened", errno);
  DataDirectory directory(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return Error{Errc::locked, "another process works in this data directory", path.string()};
  }
  RAPPORT_TRY(directory.check_format(log_kind));
  const auto current = directory.read_number("CURRENT");
  if (!current) return current.error();
  directory.current_ = *current;
  const auto pending = directory.read_number("PENDING");
  if (!pending) return pending.error();
  directory.pending_ = *pending;
  return directory;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      current_(other.current_),
      pending_(other.pending_) {}

DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  std::swap(current_, other.current_);
  std::swap(pending_, other.pending_);
  return *this;
}

Result<void> DataDirectory::check_format(std::string_view log_kind) {
  const fs::path file = path_ / "format";
  const std::string expected = std::string(kLayout) + std::string(log_kind) + "\n";
  if (!fs::exists(file)) {
    if (fs::exists(log_path()) || fs::exists(projections_path() / "CURRENT")) {
      return Error{Errc::wrong_format, "holds data but no format file", path_.string()};
    }
    return replace_text(file, expected);
  }
  const auto text = read_text(file);
  if (!text) return text.error();
  if (*text == expected) return {};
  if (!text->starts_with(kLayout)) {
    return Error{Errc::wrong_format, "was made by another version of rapport, or by another program", file.string()};
  }
  return Error{Errc::wrong_format,
               "was made for the log '" + text->substr(kLayout.size(), text->find('\n') - kLayout.size()) + "', not '" +
                   std::string(log_kind) + "'",
               file.string()};
}

Result<std::uint64_t> DataDirectory::read_number(const char* name) const {
  const fs::path file = projections_path() / name;
  if (!fs::exists(file)) return std::uint64_t{0};
  const auto text = read_text(file);
  if (!text) return text.error();
  const auto number = parse_number<std::uint64_t>(std::string_view(*text).substr(0, text->find('\n')));
  if (!number || *number == 0) return Error{Errc::wrong_format, "does not name a generation", file.string()};
  return *number;
}

fs::path DataDirectory::generation_path(std::uint64_t number) const {
  return projections_path() / std::to_string(number);
}

std::vector<std::uint64_t> DataDirectory::generations() const {
  std::vector<std::uint64_t> out;
  std::error_code error;
  for (fs::directory_iterator entry(projections_path(), error), end; !error && entry != end; entry.increment(error)) {
    const auto number = parse_number<std::uint64_t>(entry->path().filename().string());
    if (number && *number != 0) out.push_back(*number);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::uint64_t DataDirectory::next_generation() const {
  const auto all = generations();
  return std::max(current_, all.empty() ? 0 : all.back()) + 1;
}

Result<void> DataDirectory::set_pending_generation(std::uint64_t number) {
  pending_ = number;
  const fs::path file = projections_path() / "PENDING";
  if (number != 0) return replace_text(file, std::to_string(number) + "\n");
  std::error_code error;
  fs::remove(file, error);
  if (error) return storage_error(file, "cannot be deleted", error.value());
  return {};
}

Result<void> DataDirectory::set_current_generation(std::uint64_t number) {
  RAPPORT_TRY(replace_text(projections_path() / "CURRENT", std::to_string(number) + "\n"));
  current_ = number;
  return {};
}

Result<void> DataDirectory::rename_generation(std::uint64_t number, std::uint64_t to) {
  std::error_code error;
  fs::rename(generation_path(number), generation_path(to), error);
  if (error) return storage_error(generation_path(number), "cannot be renamed", error.value());
  return sync_directory(projections_path());
}

Result<void> DataDirectory::drop_generation(std::uint64_t number) {
  std::error_code error;
  fs::remove_all(generation_path(number), error);
  if (error) return storage_error(generation_path(number), "cannot be deleted", error.value());
  return {};
}

}  // namespace rapport

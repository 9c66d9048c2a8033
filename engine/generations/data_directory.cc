#include "engine/generations/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "events/number_text.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLayout = "rapport 1 ";
constexpr const char* kRestoring = "RESTORING";

// What may stand in a directory that has no format yet: what a crash of its first start left, and what an operator or
// a new disk puts there before. "log" is refused further on, with words of its own.
bool may_stand_before(const std::string& name) {
  static constexpr std::array<std::string_view, 9> kNames{
      "LOCK", "format.new", "log", "projections", kRestoring, "keys", "backups", "lost+found", "RESTORING.new"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || name.starts_with("master-key");
}

// A mistyped path must not turn somebody's directory into ours: neither our files among theirs, nor a backup's or a
// restore's tidying. Errors: wrong_format.
Result<void> check_is_ours_or_new(const fs::path& path) {
  std::error_code unreadable;
  if (fs::exists(path / "format", unreadable)) return {};
  for (fs::directory_iterator entry(path, unreadable), end; !unreadable && entry != end; entry.increment(unreadable)) {
    const std::string name = entry->path().filename().string();
    if (may_stand_before(name)) continue;
    return Error{Errc::wrong_format,
                 "is no data directory and holds other files (" + name + "): name an engine's, a new or an empty one",
                 path.string()};
  }
  return {};  // what cannot be read is told by what is tried next
}

Result<void> check_holds_no_data(const fs::path& path) {
  std::error_code unknown;
  const bool holds_data = fs::exists(path / "log", unknown) || fs::exists(path / "projections/CURRENT", unknown);
  if (unknown) return storage_error(path, "cannot be read", unknown.value());
  if (holds_data) return Error{Errc::wrong_format, "holds data but no format file", path.string()};
  return {};
}

}  // namespace

Result<void> check_may_begin_in(const fs::path& path) {
  RAPPORT_TRY(check_is_ours_or_new(path));
  return check_holds_no_data(path);
}

Result<DataDirectory> DataDirectory::open(const fs::path& path, std::string_view log_kind) {
  // "" is the directory that the program was started in, and a variable that is not set.
  if (path.empty()) return Error{Errc::invalid_argument, "names no directory", "data"};
  RAPPORT_TRY(check_is_ours_or_new(path));
  RAPPORT_TRY(make_directories(path / "projections"));
  const fs::path lock_path = path / "LOCK";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return storage_error(lock_path, "cannot be opened", errno);
  DataDirectory directory(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return Error{Errc::locked, "another process works in this data directory", path.string()};
  }
  const auto restoring = read_text(path / kRestoring);
  if (!restoring) return restoring.error();
  if (*restoring) {
    return Error{Errc::wrong_format, "a restore into it was not finished: delete it and restore again", path.string()};
  }
  RAPPORT_TRY(directory.check_format(log_kind));
  const auto current = directory.read_number("CURRENT");
  if (!current) return current.error();
  directory.current_ = *current;
  const auto pending = directory.read_number("PENDING");
  if (!pending) return pending.error();
  const auto kept_as = directory.read_number("PENDING", 1);
  if (!kept_as) return kept_as.error();
  // What a stop between the two left: the rebuild is over, it serves.
  if (*pending != 0 && *pending == *current) {
    RAPPORT_TRY(directory.set_pending_generation(0));
  } else {
    directory.pending_ = *pending;
    directory.pending_kept_as_ = *kept_as;
  }
  return directory;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      current_(other.current_),
      pending_(other.pending_),
      pending_kept_as_(other.pending_kept_as_) {}

DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  std::swap(current_, other.current_);
  std::swap(pending_, other.pending_);
  std::swap(pending_kept_as_, other.pending_kept_as_);
  return *this;
}

Result<void> DataDirectory::check_format(std::string_view log_kind) {
  const fs::path file = path_ / "format";
  const std::string expected = std::string(kLayout) + std::string(log_kind) + "\n";
  const auto found = read_text(file);
  if (!found) return found.error();
  if (!*found) {
    RAPPORT_TRY(check_holds_no_data(path_));
    return replace_text(file, expected);
  }
  const std::optional<std::string>& text = *found;
  if (*text == expected) return {};
  if (!text->starts_with(kLayout)) {
    return Error{Errc::wrong_format, "was made by another version of rapport, or by another program", file.string()};
  }
  return Error{Errc::wrong_format,
               "was made for the log '" + text->substr(kLayout.size(), text->find('\n') - kLayout.size()) + "', not '" +
                   std::string(log_kind) + "'",
               file.string()};
}

Result<std::uint64_t> DataDirectory::read_number(const char* name, int line) const {
  const fs::path file = projections_path() / name;
  const auto found = read_text(file);
  if (!found) return found.error();
  if (!*found) return std::uint64_t{0};
  std::string_view text = **found;
  for (; line > 0; --line) {
    const auto end = text.find('\n');
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
  return parse_number<std::uint64_t>(text.substr(0, text.find('\n'))).value_or(0);
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

Result<void> DataDirectory::set_pending_generation(std::uint64_t number, std::uint64_t kept_as) {
  pending_ = number;
  pending_kept_as_ = kept_as;
  const fs::path file = projections_path() / "PENDING";
  if (number == 0) return remove_file(file);
  return replace_text(file,
                      std::to_string(number) + "\n" + (kept_as == 0 ? std::string() : std::to_string(kept_as) + "\n"));
}

Result<void> DataDirectory::set_current_generation(std::uint64_t number) {
  const fs::path file = projections_path() / "CURRENT";
  const auto written = replace_text(file, std::to_string(number) + "\n");
  if (!written) {
    // It may say so all the same, and whoever asked for it drops what it then names.
    static_cast<void>(current_ == 0 ? remove_file(file) : replace_text(file, std::to_string(current_) + "\n"));
    return written;
  }
  current_ = number;
  return {};
}

Result<void> DataDirectory::rename_generation(std::uint64_t number, std::uint64_t to) {
  std::error_code error;
  fs::rename(generation_path(number), generation_path(to), error);
  if (error) return storage_error(generation_path(number), "cannot be renamed", error.value());
  return sync_directory(projections_path());
}

Result<void> DataDirectory::set_restoring(bool restoring) {
  const fs::path file = path_ / kRestoring;
  return restoring ? replace_text(file, "") : remove_file(file);
}

Result<void> DataDirectory::drop_generation(std::uint64_t number) {
  std::error_code error;
  fs::remove_all(generation_path(number), error);
  if (error) return storage_error(generation_path(number), "cannot be deleted", error.value());
  return {};
}

}  // namespace rapport

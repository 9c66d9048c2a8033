#include "tests/faults/watch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace rapport::faults {
namespace {

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? text : "";
}

int open_own(const std::string& path, int flags) {
  if (path.empty()) return -1;
  const auto handle = ::syscall(SYS_openat, AT_FDCWD, path.c_str(), flags | O_CLOEXEC, 0644);
  if (handle < 0) std::abort();  // a test that watches nothing would pass
  return static_cast<int>(handle);
}

}  // namespace

Watch& Watch::get() {
  static Watch& watch = *new Watch;
  return watch;
}

Watch::Watch()
    : journal(open_own(variable(kJournalVariable), O_WRONLY | O_CREAT | O_APPEND)),
      directory_(variable(kDirectoryVariable)) {
  const int board = open_own(variable(kBoardVariable), O_RDWR);
  if (board < 0) return;
  void* mapped = ::mmap(nullptr, sizeof(FaultBoard), PROT_READ | PROT_WRITE, MAP_SHARED, board, 0);
  if (mapped == MAP_FAILED) std::abort();
  board_ = static_cast<FaultBoard*>(mapped);
  (void)::syscall(SYS_close, board);
}

bool Watch::covers(std::string_view path) const {
  if (directory_.empty() || !path.starts_with(directory_)) return false;
  return path.size() == directory_.size() || path[directory_.size()] == '/';
}

std::string Watch::path_at(int directory, const char* path) const {
  const WatchedFile* parent = path[0] == '/' ? nullptr : file_of(directory);
  std::string whole = parent != nullptr ? parent->path + "/" + path : path;
  return covers(whole) ? whole : std::string();
}

const WatchedFile* Watch::file_of(int descriptor) const {
  if (descriptor < 0 || static_cast<std::size_t>(descriptor) >= files_.size()) return nullptr;
  return files_[static_cast<std::size_t>(descriptor)];
}

void Watch::opened(int descriptor, std::string_view path, int flags) {
  if (static_cast<std::size_t>(descriptor) >= files_.size()) std::abort();
  auto& place = files_[static_cast<std::size_t>(descriptor)];
  if (!covers(path)) {
    place = nullptr;
    return;
  }
  auto* file = new WatchedFile{++numbers_, std::string(path)};
  file->before = last_.exchange(file);
  place = file;
  journal.write({CallDone::opened, file->number, static_cast<std::uint64_t>(flags)}, path);
}

void Watch::closed(int descriptor) {
  if (file_of(descriptor) != nullptr) files_[static_cast<std::size_t>(descriptor)] = nullptr;
}

bool Watch::is_meant(std::string_view path) const {
  const std::string_view pattern(board_->pattern.data());
  if (pattern.empty()) return true;
  return is_of_pattern(path.substr(std::min(directory_.size() + 1, path.size())), pattern);
}

int Watch::fault(CallKind kind, std::string_view path) {
  if (board_ == nullptr) return 0;
  // Lines for people, of which there are many, are no nth call; they fail once one has, where that one is the first.
  const bool is_line = kind == CallKind::write && path.ends_with("/LOG");
  if (!is_line) board_->calls[index_of(kind)] += 1;
  if ((board_->kinds & bit_of(kind)) == 0 || !is_meant(path)) return 0;
  const std::uint64_t nth = board_->nth, now = is_line ? board_->matching + 1 : board_->matching += 1;
  if (nth == 0 || now < nth || (now > nth && board_->from_then_on == 0)) return 0;
  if (is_line && (board_->failed == 0 || board_->from_then_on == 0)) return 0;
  if ((board_->failed += 1) == 1) {
    const std::string_view name = path.substr(0, FaultBoard::kNameMax - 1);
    std::copy(name.begin(), name.end(), board_->first_failed.begin());
  }
  if (board_->error == kKill) ::kill(::getpid(), SIGKILL);
  return board_->error;
}

bool is_to_fail(CallKind kind, std::string_view path) {
  const int error = Watch::get().fault(kind, path);
  if (error > 0) errno = error;
  return error > 0;
}

}  // namespace rapport::faults

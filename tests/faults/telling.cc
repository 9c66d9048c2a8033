#include "tests/faults/telling.h"

#include <sys/wait.h>

#include <chrono>
#include <csignal>

namespace rapport::faults {
namespace {

// Told in a second where nothing else runs; what takes longer than this hangs.
constexpr std::chrono::seconds kToldWithin{300};

// Codes that say: the disk failed, or what hangs on it stands still. Nothing else may come of a failing disk.
bool is_of_a_failing_disk(const std::string& code) {
  static const std::set<std::string> kCodes{"storage_failed", "corrupt", "shutting_down", "wait_timeout"};
  return kCodes.contains(code);
}

}  // namespace

Telling::Telling(FaultPlace& place, std::vector<std::string> words) {
  words.insert(words.begin() + 1, place.data().string());
  ChildProcess child(std::move(words), place.environment(), place.errors());
  const auto until = std::chrono::steady_clock::now() + kToldWithin;
  status_ = child.wait_for(kToldWithin);
  is_late_ = std::chrono::steady_clock::now() >= until;
  for (const std::string& line : child.take_lines()) hear(line);
}

void Telling::hear(const std::string& line) {
  if (line == "open") failed_here_ = false;
  if (line == "told") told_ = true;
  if (line == "halted") halted_ = true;
  if (line.starts_with("backup ")) backups_.push_back(line.substr(7));
  if (line.starts_with("erased ")) erased_.insert(std::stoull(line.substr(7)));
  if (line.starts_with("failed ")) {
    errors_.push_back(line.substr(7));
    failed_here_ = failed_here_ || line.find(" publishing: ") != std::string::npos;
  }
  if (const auto number = acknowledged_number(line)) {
    acknowledged_.insert(*number);
    acknowledged_after_failure_ = acknowledged_after_failure_ || failed_here_;
  }
}

std::string Telling::fault(bool is_killed) const {
  if (is_late_) return "had not ended within " + std::to_string(kToldWithin.count()) + " s";
  if (is_killed && WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL) return {};
  if (WIFSIGNALED(status_)) return "ended by signal " + std::to_string(WTERMSIG(status_));
  if (WEXITSTATUS(status_) != 0 || !told_) return "ended with status " + std::to_string(WEXITSTATUS(status_));
  for (const std::string& error : errors_) {
    if (!is_of_a_failing_disk(error.substr(0, error.find(' ')))) return "said " + error;
  }
  return {};
}

}  // namespace rapport::faults

#include "tests/crash/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace rapport {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> words, std::vector<std::string> environment,
                           const std::filesystem::path& errors) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  for (char** own = environ; *own != nullptr; ++own) environment.emplace_back(*own);
  const std::vector<char*> arguments = pointers_to(words), variables = pointers_to(environment);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    const int to = errors.empty() ? -1 : ::open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (to >= 0) ::dup2(to, STDERR_FILENO);
    ::execve(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  out_ = ends[0];
}

ChildProcess::~ChildProcess() {
  kill();
  ::close(out_);
}

bool ChildProcess::read_some() {
  char bytes[4'096];
  const auto got = ::read(out_, bytes, sizeof bytes);
  if (got <= 0) return false;
  text_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

bool ChildProcess::read_for(std::chrono::milliseconds patience) {
  pollfd waiting{out_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0 || read_some();
}

// What a kill cut short is no line.
std::vector<std::string> ChildProcess::take_lines() {
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (std::size_t end; (end = text_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    out.push_back(text_.substr(begin, end - begin));
  }
  text_.erase(0, begin);
  return out;
}

void ChildProcess::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, &status_, 0);
  pid_ = -1;
  while (read_some()) {
  }
}

int ChildProcess::wait_for(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  for (const auto until = Clock::now() + patience; Clock::now() < until;) {
    if (read_for(std::chrono::milliseconds(20))) continue;
    // It has closed its output: it ends now.
    while (pid_ > 0 && Clock::now() < until) {
      if (::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
      if (pid_ > 0) ::usleep(200);
    }
    break;
  }
  kill();
  return status_;
}

}  // namespace rapport

// A program that a test runs and ends: what it says on standard output is kept, and what it says on standard error goes
// to a file where one is named.
//
// Invariants: it is killed when its object goes. One thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace rapport {

class ChildProcess {
 public:
  // The program and its arguments; what stands in its environment beside our own, as NAME=value.
  explicit ChildProcess(std::vector<std::string> words, std::vector<std::string> environment = {},
                        const std::filesystem::path& errors = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits for more on its standard output, at most so long. False: it has closed it, or ended.
  bool read_for(std::chrono::milliseconds patience);
  // All whole lines since the last call.
  std::vector<std::string> take_lines();
  // kill -9; what it has said by then can be taken.
  void kill();
  // Until it has ended by itself, and its status as waitpid tells it; killed where that takes longer.
  int wait_for(std::chrono::milliseconds patience);

 private:
  bool read_some();

  pid_t pid_ = -1;
  int out_ = -1;
  int status_ = 0;
  std::string text_;
};

}  // namespace rapport

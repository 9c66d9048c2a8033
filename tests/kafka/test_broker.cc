#include "tests/kafka/test_broker.h"

#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace rapport {
namespace {

// Runs the script on the broker of `directory` and gives its last line.
std::string run_script(const std::filesystem::path& directory, const std::string& verb) {
  const std::string command = "RAPPORT_KAFKA_DIR='" + directory.string() + "' tools/kafka/broker " + verb;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string line, last;
  std::array<char, 512> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
    line += buffer.data();
    if (!line.ends_with('\n')) continue;
    line.pop_back();
    last = std::exchange(line, {});
  }
  if (::pclose(pipe) != 0) throw std::runtime_error(command + " failed");
  return last;
}

}  // namespace

const std::string& shared_broker() {
  static const std::string address = run_script("build/kafka/test", "start");
  return address;
}

TestBroker::TestBroker(std::filesystem::path directory) : directory_(std::move(directory)) { start(); }

TestBroker::~TestBroker() {
  try {
    run_script(directory_, "reset");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

void TestBroker::start() { address_ = run_script(directory_, "start"); }

int TestBroker::pid() const {
  int pid = 0;
  std::ifstream(directory_ / "pid") >> pid;
  if (pid <= 0) throw std::runtime_error("no broker runs in " + directory_.string());
  return pid;
}

void TestBroker::kill() {
  const int broker = pid();
  ::kill(broker, SIGKILL);
  // It is no child of ours: gone when no signal reaches it.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (::kill(broker, 0) == 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
}

void TestBroker::restart() { start(); }
void TestBroker::pause() { ::kill(pid(), SIGSTOP); }
void TestBroker::resume() { ::kill(pid(), SIGCONT); }

}  // namespace rapport

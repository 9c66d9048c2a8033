// What `top -H` shows of a process that serves: which of its threads is at work.
#include <fstream>
#include <set>

#include "tests/engine/engine_on_disk.h"

namespace rapport {
namespace {

std::set<std::string> thread_names() {
  std::set<std::string> names;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(thread.path() / "comm");
    std::string name;
    if (std::getline(file, name)) names.insert(name);
  }
  return names;
}

using ThreadNames = EngineOnDisk;

TEST_F(ThreadNames, SayWhatEachIsFor) {
  publish(100, 1);
  wait_until_level();
  const auto names = thread_names();
  for (const char* name : {"log writer", "decode", "fold", "feed", "feed, late", "erase"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace rapport

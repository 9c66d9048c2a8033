// A run of the program in this process, against a server that answers as a test tells it to.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/tools/told_server.h"
#include "tools/rapport/program.h"

namespace rapport {

struct Ran {
  int exit = -1;
  std::string out, err;
};

inline Ran run(std::vector<const char*> words) {
  words.insert(words.begin(), "rapport");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  ran.exit = run_program(static_cast<int>(words.size()), words.data());
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

class ProgramTest : public testing::Test {
 protected:
  ProgramTest() {
    ::unsetenv("RAPPORT_URL");
    ::setenv("RAPPORT_KEY", "rk_1", 1);
  }

  void serve() { ::setenv("RAPPORT_URL", server.serve().c_str(), 1); }

  ToldServer server;
};

}  // namespace rapport

// The program as a function: its commands put together, one command line parsed and run.
#pragma once

namespace rapport {

// Runs the command that the words name; returns the process's exit code (exit_code.h). Data goes to stdout, all else to
// stderr. Not thread-safe: it reads the environment.
int run_program(int argc, const char* const* argv);

}  // namespace rapport

// How the program ends, and how it says why it did not do what was asked.
#pragma once

#include "events/result.h"

namespace rapport {

enum class ExitCode : int {
  done = 0,
  no = 1,           // the answer is no: nothing found, something differs
  usage = 2,        // the command line
  unreachable = 3,  // no server answers
  refused = 4,      // the server, or the data directory, says no
  interrupted = 130,
};

ExitCode exit_code_of(const Error& error);

// "rapport: what: detail (field)" on stderr, and the code to end with.
ExitCode report(const Error& error);
// From now on as a problem document, for whoever asked for --json.
void report_as_json(bool wanted);

}  // namespace rapport

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
// What a server answered, as it says so itself: `report` of this very error tells its code and document, which may be
// none of ours (contact_merged, ERROR_DUPLICATE_RECORD_FOUND).
void keep_problem(const Error& error, std::string code, std::string document);
// From now on as a problem document, for whoever asked for --json.
void report_as_json(bool wanted);

}  // namespace rapport

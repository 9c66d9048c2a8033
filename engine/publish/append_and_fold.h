// Appends records of the engine's own and goes on once they are folded: a claim or a reservation is read back before
// it is used, because the log alone says whose came first.
#pragma once

#include "engine/fold/folder.h"
#include "engine/log/event_log.h"

namespace rapport {

// `done` is called once, on a thread of the log's or the fold's, or before this returns: it must not block. Neither
// `log` nor `folder` may go before. Errors to it: those of EventLog::append and of Folder::when_folded (wait_timeout
// after `wait_max`; the records may be folded later).
void append_and_fold(EventLog& log, Folder& folder, std::vector<NewRecord> records, std::chrono::milliseconds wait_max,
                     Folder::FoldedDone done);

}  // namespace rapport

// Which contacts of a log were erased, kept beside its backups: a file of lines, to which one is added for each.
//
//   {"log":"5f0c2ab1","contact":1042,"when":"2026-11-26T09:15:02.120Z"}
//
// A backup that was made before an erasure still has the contact's key, or its events in clear. Whoever restores it
// applies the register, so that what was erased stays erased. It names contacts by their ids and says nothing else of
// them.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "engine/log/event_log.h"
#include "events/ids.h"
#include "events/position.h"
#include "events/result.h"
#include "events/timestamp.h"

namespace rapport {

inline constexpr const char* kErasureRegisterName = "erased.ndjson";

// Those that it does not name yet. Makes the file where there is none; synced. Errors: storage_failed; corrupt, with
// the line.
[[nodiscard]] Result<void> add_to_erasure_register(const std::filesystem::path& file, LogId log,
                                                   std::span<const ContactId> contacts, Timestamp when);

// Those of any of the logs; none where there is no file. Errors: storage_failed; corrupt, with the line.
[[nodiscard]] Result<std::vector<ContactId>> read_erasure_register(const std::filesystem::path& file,
                                                                   std::span<const LogId> logs);

// Erases those whose keys are here, or whom a log in clear does not call erased itself, in the log, whose writer is
// nobody else, and returns how many. Errors: those of reading, of ContactKeys and of appending.
[[nodiscard]] Result<std::uint64_t> apply_erasure_register(const std::filesystem::path& file, EventLog& log);

}  // namespace rapport

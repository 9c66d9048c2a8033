// Whom a log in clear calls erased. Of a sealed one the keys say it.
//
// By events without a condition, which is how the engine writes them: one that has a condition may have been refused.
#pragma once

#include <set>
#include <span>

#include "engine/log/event_log.h"
#include "events/ids.h"

namespace rapport {

// Both read the whole log. Errors: the reader's.
[[nodiscard]] Result<std::set<ContactId>> erased_in(EventLog& log);
// Of these, whoever has events in it and is not called erased.
[[nodiscard]] Result<std::set<ContactId>> left_in(EventLog& log, std::span<const ContactId> contacts);

}  // namespace rapport

// What must hold of a data directory in which contacts were told of and erased (erased_contact.h), whatever became of
// the process that did it.
#pragma once

#include <filesystem>

#include "tests/crash/crash_check.h"

namespace rapport::faults {

// Opens it: who was told to be erased is erased, its key destroyed; nobody else is; the rows are those of a clean fold.
// Fails the running test.
void check_erasures(const std::filesystem::path& data, const EventNumbers& told_of, const EventNumbers& erased);

}  // namespace rapport::faults

// Named places of the engine where a file call is made: what fails there, and in which story it is met.
//
// A place is a kind of call on files of one role ("the log's write-ahead log is synced"), and not a macro in the
// engine's code: what fails at a place of the code is a call on a file, and who asks for it there or how often changes
// with RocksDB, while the file's role does not. So nothing of this stands in the product, every place is one that
// really fails, and a call that a later version adds at a place is met, too.
#pragma once

#include <string_view>

#include "tests/faults/fault_board.h"

namespace rapport::faults {

struct FaultSite {
  std::string_view name;
  CallKind kind;
  std::string_view pattern;  // of paths below the watched directory (fault_board.h)
  bool erases = false;       // in the story that erases contacts
};

inline constexpr FaultSite kFaultSites[] = {
    // Opening.
    {"lock", CallKind::open, "data/LOCK"},
    {"format-write", CallKind::write, "data/format.new"},
    {"format-sync", CallKind::sync, "data/format.new"},
    {"format-rename", CallKind::rename, "data/format"},
    {"master-key-write", CallKind::write, "data/master-key*"},
    {"master-key-sync", CallKind::sync, "data/master-key*"},
    // The log.
    {"append-write", CallKind::write, "data/log/*.log"},
    {"append-sync", CallKind::sync, "data/log/*.log"},
    {"log-directory-sync", CallKind::sync, "data/log"},
    {"log-manifest-write", CallKind::write, "data/log/MANIFEST-*"},
    {"log-manifest-sync", CallKind::sync, "data/log/MANIFEST-*"},
    {"log-current-rename", CallKind::rename, "data/log/CURRENT"},
    {"log-flush-write", CallKind::write, "data/log/*.sst"},
    {"log-flush-sync", CallKind::sync, "data/log/*.sst"},
    {"log-read", CallKind::read, "data/log/*"},
    // Contacts' keys.
    {"key-write", CallKind::write, "data/keys/*.log"},
    {"key-sync", CallKind::sync, "data/keys/*.log"},
    {"key-manifest-sync", CallKind::sync, "data/keys/MANIFEST-*"},
    // A step of the fold: rows and checkpoint.
    {"step-write", CallKind::write, "data/projections/*/*.log"},
    {"flush-write", CallKind::write, "data/projections/*/*.sst"},
    {"flush-sync", CallKind::sync, "data/projections/*/*.sst"},
    {"rows-manifest-write", CallKind::write, "data/projections/*/MANIFEST-*"},
    {"rows-manifest-sync", CallKind::sync, "data/projections/*/MANIFEST-*"},
    {"rows-current-rename", CallKind::rename, "data/projections/*/CURRENT"},
    {"rows-directory-sync", CallKind::sync, "data/projections/*"},
    {"rows-read", CallKind::read, "data/projections/*/*"},
    // A rebuild and its swap.
    {"generation-make", CallKind::rename, "data/projections/*"},
    {"pending-write", CallKind::write, "data/projections/PENDING.new"},
    {"pending-sync", CallKind::sync, "data/projections/PENDING.new"},
    {"pending-rename", CallKind::rename, "data/projections/PENDING"},
    {"pending-remove", CallKind::remove, "data/projections/PENDING"},
    {"build-write", CallKind::write, "data/projections/*/build/*"},
    {"build-sync", CallKind::sync, "data/projections/*/build/*"},
    {"ingest", CallKind::rename, "data/projections/*/*.sst"},
    {"swap-write", CallKind::write, "data/projections/CURRENT.new"},
    {"swap-sync", CallKind::sync, "data/projections/CURRENT.new"},
    {"swap-rename", CallKind::rename, "data/projections/CURRENT"},
    {"swap-directory-sync", CallKind::sync, "data/projections"},
    {"generation-drop", CallKind::remove, "data/projections/*/*"},
    // A backup.
    {"backup-make", CallKind::rename, "data/backups/*"},
    {"backup-rows-link", CallKind::rename, "data/backups/*/projections*/*"},
    {"backup-rows-write", CallKind::write, "data/backups/*/projections*/*"},
    {"backup-log-write", CallKind::write, "data/backups/*/log*/*"},
    {"backup-log-sync", CallKind::sync, "data/backups/*/log*/*"},
    {"backup-keys-write", CallKind::write, "data/backups/*/keys*/*"},
    {"backup-read", CallKind::read, "data/backups/*/*/*"},
    {"backup-manifest-write", CallKind::write, "data/backups/*/backup.json.new"},
    {"backup-manifest-sync", CallKind::sync, "data/backups/*/backup.json.new"},
    {"backup-manifest-rename", CallKind::rename, "data/backups/*/backup.json"},
    {"backup-directory-sync", CallKind::sync, "data/backups/*"},
    // An erasure: planned, appended, the key destroyed, then no file holds what it opened.
    {"erase-plan-write", CallKind::write, "data/keys/*.log", true},
    {"erase-plan-sync", CallKind::sync, "data/keys/*.log", true},
    {"erase-append-sync", CallKind::sync, "data/log/*.log", true},
    {"erase-step-write", CallKind::write, "data/projections/*/*.log", true},
    {"erase-key-flush-write", CallKind::write, "data/keys/*.sst", true},
    {"erase-key-flush-sync", CallKind::sync, "data/keys/*.sst", true},
    {"erase-old-key-remove", CallKind::remove, "data/keys/*", true},
    {"erase-register-write", CallKind::write, "data/backups/erased.ndjson.new", true},
    {"erase-register-sync", CallKind::sync, "data/backups/erased.ndjson.new", true},
    {"erase-register-rename", CallKind::rename, "data/backups/erased.ndjson", true},
    {"erase-backup-rows-remove", CallKind::remove, "data/backups/*/projections/*", true},
    {"erase-rows-anew-write", CallKind::write, "data/projections/*/*.sst", true},
    {"erase-old-rows-remove", CallKind::remove, "data/projections/*/*", true},
};

}  // namespace rapport::faults

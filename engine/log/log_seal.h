// Whether a log is sealed, and with which keys (engine/seal).
#pragma once

#include <filesystem>
#include <optional>

#include "engine/log/event_log.h"

namespace rapport {

inline constexpr const char* kKeysDirectory = "keys";
inline constexpr const char* kMasterKeyFile = "master-key";

struct SealOptions {
  bool seal = false;                           // a log that is new; one that is sealed is read as such without it
  std::optional<SecretKey> master_key;         // else the file's
  std::filesystem::path master_key_file = {};  // empty: master-key in the data directory, made with the keys
};

// Has the log sealed with the keys in the data directory, or leaves it in clear where it has none and none are asked
// for. Errors: invalid_argument (field "encrypt": the log holds events in clear already; or the master key's file);
// not_found (there are keys, and no master key); those of ContactKeys::open.
[[nodiscard]] Result<void> seal_log(EventLog& log, const std::filesystem::path& data, const SealOptions& options);

}  // namespace rapport

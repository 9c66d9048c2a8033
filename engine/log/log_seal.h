// Whether a log is sealed, and with which keys (engine/seal).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/log/event_log.h"
#include "engine/seal/key_stream.h"

namespace rapport {

inline constexpr const char* kKeysDirectory = "keys";
inline constexpr const char* kMasterKeyFile = "master-key";

enum class SealWish : unsigned char {
  as_it_is,   // a log that is sealed is read as such; others stay in clear
  where_new,  // and a log that holds no events yet is sealed
  always,     // and one that holds events in clear is refused
};

struct SealOptions {
  SealWish wish = SealWish::as_it_is;
  std::optional<SecretKey> master_key = {};    // else the file's
  std::filesystem::path master_key_file = {};  // empty: master-key in the data directory, made with the keys
  // Machines of a group begin together, and each would make its own: it has to be given.
  bool makes_master_key = true;
  // Of a log that machines share: the stream of keys beside it, null where there is none and `make` is false. Unset:
  // they stand in the data directory alone.
  std::function<Result<std::unique_ptr<KeyStream>>(bool make)> open_stream = {};
  // A log that stays in clear, a master key that was made: what an operator should know.
  std::function<void(const std::string&)> notice = [](const std::string&) {};
};

// Has the log sealed with its keys, or leaves it in clear where it has none and none are wished for.
// Errors: invalid_argument (field "encrypt": the log holds events in clear already; or the master key's file);
// not_found (there are keys, or it may not be made, and no master key); those of ContactKeys::open and of open_stream.
[[nodiscard]] Result<void> seal_log(EventLog& log, const std::filesystem::path& data, const SealOptions& options);

}  // namespace rapport

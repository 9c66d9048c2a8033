// A file that holds a key for its owner alone: a master key, an API key.
#pragma once

#include <filesystem>

#include "engine/seal/secret_key.h"
#include "events/result.h"

namespace rapport {

// invalid_argument, `field` is the path: others than its owner may read or change it. What is no file, as a shell's
// <(...), has no lasting mode and passes; so does what is not there, which whoever reads it says better.
[[nodiscard]] Result<void> check_key_file(const std::filesystem::path& path);

// The secret key that a file, or a pipe, holds; made there, readable by its owner alone, where there is none. Errors:
// storage_failed; invalid_argument (it holds something else, or as above); `field` is the path.
[[nodiscard]] Result<SecretKey> read_or_make_key_file(const std::filesystem::path& path);

}  // namespace rapport

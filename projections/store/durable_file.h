// Small files and directories that an engine must not lose: a file is read whole, and replaced whole or not at all, and
// what was made here is still here after a power loss.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

// Errors of all: storage_failed, with the path as field.
Error storage_error(const std::filesystem::path& path, const std::string& what, int error);
// Nothing: there is no such file.
[[nodiscard]] Result<std::optional<std::string>> read_text(const std::filesystem::path& path);
[[nodiscard]] Result<void> replace_text(const std::filesystem::path& path, std::string_view text);
// Also where it was gone already.
[[nodiscard]] Result<void> remove_file(const std::filesystem::path& path);
// With those of its parents that are missing; the entry of each new one is synced, without which a power loss takes it
// and all that is in it, however often that was synced itself.
[[nodiscard]] Result<void> make_directories(const std::filesystem::path& path);
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& path);

}  // namespace rapport

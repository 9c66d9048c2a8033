// Small files that an engine must not lose: read whole, and replaced whole or not at all, also over a power loss.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

// Errors of all: storage_failed, with the path as field.
Error storage_error(const std::filesystem::path& path, const std::string& what, int error);
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& path);
[[nodiscard]] Result<void> replace_text(const std::filesystem::path& path, std::string_view text);
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& path);

}  // namespace rapport

#include "engine/seal/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "projections/store/durable_file.h"
#include "projections/store/file_handle.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

fs::path directory_of(const fs::path& path) { return fs::absolute(path).parent_path(); }

Result<void> write_key(const fs::path& path) {
  const FileHandle file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file.get() < 0) return storage_error(path, "cannot be made", errno);
  RAPPORT_TRY(write_all(file, path, secret_key_text(SecretKey::draw()) + "\n"));
  return sync_file(file, path);
}

// It gets its name once it is whole and synced: a file that a crash left half written would be a key that is none, and
// one that a power loss takes back takes all that is sealed with it. One that another made meanwhile stands.
Result<void> make_key_file(const fs::path& path) {
  RAPPORT_TRY(make_directories(directory_of(path)));
  const fs::path draft = path.string() + "." + std::to_string(::getpid()) + ".new";
  auto made = write_key(draft);
  if (made && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    made = storage_error(path, "cannot be made", errno);
  }
  (void)::unlink(draft.c_str());
  return made;
}

// Whoever made it may not have come to sync its entry. In a directory that we may not read we have made nothing.
Result<void> sync_entry(const fs::path& path) {
  const fs::path directory = directory_of(path);
  std::error_code unknown;
  if (!fs::is_regular_file(path, unknown) || ::access(directory.c_str(), R_OK) != 0) return {};
  return sync_directory(directory);
}

}  // namespace

Result<void> check_key_file(const fs::path& path) {
  std::error_code unknown;
  const fs::file_status status = fs::status(path, unknown);
  const fs::perms others = status.permissions() & (fs::perms::group_all | fs::perms::others_all);
  if (!fs::is_regular_file(status) || others == fs::perms::none) return {};
  return Error{Errc::invalid_argument, "others than its owner may read it: chmod 600", path.string()};
}

Result<SecretKey> read_or_make_key_file(const fs::path& path) {
  auto text = read_text(path);
  if (!text) return text.error();
  if (!*text) {
    RAPPORT_TRY(make_key_file(path));
    text = read_text(path);
    if (!text) return text.error();
    if (!*text) return storage_error(path, "cannot be read", ENOENT);
  }
  RAPPORT_TRY(sync_entry(path));
  RAPPORT_TRY(check_key_file(path));
  std::string_view hex = **text;
  while (!hex.empty() && (hex.back() == '\n' || hex.back() == '\r')) hex.remove_suffix(1);
  const auto key = parse_secret_key(hex);
  if (!key) return Error{Errc::invalid_argument, "does not hold a key: 64 hex digits", path.string()};
  return *key;
}

}  // namespace rapport

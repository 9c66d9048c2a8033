#include "engine/log/log_seal.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

Result<bool> holds_events(EventLog& log) {
  const auto ends = log.ends();
  if (!ends) return ends.error();
  for (const auto& [partition, end] : *ends) {
    if (partition != kControlPartition && end >= Offset{0}) return true;
  }
  return false;
}

Result<SecretKey> master_key(const fs::path& data, const SealOptions& options, bool are_keys_there) {
  if (options.master_key) return *options.master_key;
  const fs::path file = options.master_key_file.empty() ? data / kMasterKeyFile : options.master_key_file;
  std::error_code error;
  if (are_keys_there && !fs::exists(file, error)) {
    return Error{Errc::not_found, "the contacts' keys are sealed under a master key, which is not there",
                 file.string()};
  }
  return read_or_make_key_file(file);
}

}  // namespace

Result<void> seal_log(EventLog& log, const fs::path& data, const SealOptions& options) {
  const fs::path directory = data / kKeysDirectory;
  std::error_code error;
  const bool are_keys_there = fs::exists(directory, error);
  if (error) return Error{Errc::storage_failed, "cannot be read: " + error.message(), directory.string()};
  if (!are_keys_there && !options.seal) return {};
  if (!are_keys_there) {
    const auto in_clear = holds_events(log);
    if (!in_clear) return in_clear.error();
    if (*in_clear) {
      return Error{Errc::invalid_argument,
                   "the log holds events in clear: copy it into an encrypted one (rapport log copy --encrypt)",
                   "encrypt"};
    }
  }
  const auto master = master_key(data, options, are_keys_there);
  if (!master) return master.error();
  auto keys = ContactKeys::open(directory, *master, log.id());
  if (!keys) return keys.error();
  log.use_seal(std::make_shared<const EventSeal>(std::shared_ptr<ContactKeys>(*std::move(keys))));
  return {};
}

}  // namespace rapport

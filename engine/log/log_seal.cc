#include "engine/log/log_seal.h"

#include "engine/seal/key_file.h"

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
  const bool there = fs::exists(file, error);
  if (are_keys_there && !there) {
    return Error{Errc::not_found,
                 "the contacts' keys are sealed under a master key, which is not there: copy it from where the log was "
                 "made",
                 file.string()};
  }
  if (!there && !options.makes_master_key) {
    return Error{Errc::not_found,
                 "instances of a group need one master key, the same for all: RAPPORT_MASTER_KEY or --master-key-file; "
                 "--no-encrypt does without",
                 file.string()};
  }
  auto key = read_or_make_key_file(file);
  if (key && !there) {
    options.notice(
        "made the master key " + file.string() +
        ": keep a copy elsewhere, without it nothing in the log can be read; every machine of this log needs "
        "the same one");
  }
  return key;
}

// True: it is to stay in clear.
Result<bool> stays_in_clear(EventLog& log, SealWish wish) {
  if (wish == SealWish::as_it_is) return true;
  const auto in_clear = holds_events(log);
  if (!in_clear || wish == SealWish::where_new || !*in_clear) return in_clear;
  return Error{Errc::invalid_argument,
               "the log holds events in clear: copy it into an encrypted one (rapport log copy --encrypt)", "encrypt"};
}

struct FoundKeys {
  bool there = false;
  std::unique_ptr<KeyStream> stream;  // of keys that are shared, or may be
};

// Those of a log that machines share stand in a stream. A data directory that has its own goes on with these.
Result<FoundKeys> find_keys(const fs::path& directory, const SealOptions& options) {
  const auto here = KeyRows::in(directory);
  if (!here) return here.error();
  FoundKeys out{.there = *here == KeysHere::own, .stream = nullptr};
  if (!options.open_stream) return out;
  auto opened = options.open_stream(false);
  if (!opened) return opened.error();
  const auto empty = *opened ? (*opened)->is_empty() : Result<bool>(true);
  if (!empty) return empty.error();
  if (*empty && *here == KeysHere::copied) {
    return Error{Errc::not_found, "holds a copy of the contacts' keys, and the topic that has them is gone or empty",
                 directory.string()};
  }
  if (*empty && out.there) {
    options.notice("the contacts' keys stand in " + directory.string() +
                   " alone: no other machine can serve this log, and without them nothing in it can be read");
    return out;
  }
  out.there = !*empty;
  out.stream = *std::move(opened);
  return out;
}

}  // namespace

Result<void> seal_log(EventLog& log, const fs::path& data, const SealOptions& options) {
  const fs::path directory = data / kKeysDirectory;
  auto found = find_keys(directory, options);
  if (!found) return found.error();
  if (!found->there) {
    const auto in_clear = stays_in_clear(log, options.wish);
    if (!in_clear) return in_clear.error();
    if (*in_clear && options.wish == SealWish::where_new) {
      options.notice(
          "the log is not encrypted: an erasure cannot take anything out of it (rapport log copy --encrypt)");
    }
    if (*in_clear) return {};
  }
  const auto master = master_key(data, options, found->there);
  if (!master) return master.error();
  if (options.open_stream && !found->there && !found->stream) {
    auto made = options.open_stream(true);
    if (!made) return made.error();
    found->stream = *std::move(made);
  }
  auto keys = ContactKeys::open(directory, *master, log.id(), std::move(found->stream));
  if (!keys) return keys.error();
  log.use_seal(std::make_shared<const EventSeal>(std::shared_ptr<ContactKeys>(*std::move(keys))));
  return {};
}

}  // namespace rapport

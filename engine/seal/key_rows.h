// The rows of keys on this machine's disk. Where machines share them (key_stream.h), they are what the stream says, as
// far as it was read: a copy, made again where it is lost.
//
//   row "k" or "y", number (8 bytes)   there: 1, sealed key; destroyed: 2, when
//   row "p", contact                   being erased
//   row "m" + name                     a fact
//
// In the stream a key's record is named by its row and the first bytes of its nonce: two machines that draw one for the
// same contact at the same time both keep theirs, and either opens. So there may be beside those rows, also where keys
// that were shared were taken over,
//
//   "x", row, id     another key of that row, which then begins with 3 instead of 1
//
// and of shared ones this machine has
//
//   "z", row, id     a key that was destroyed, whose record is to be taken out of the stream
//   "p", contact, machine (8 bytes)
//   "c", contact     its key was destroyed, by whichever machine, and this machine's files are not cleaned yet
//   "sposition", "smachine"
//
// Invariants: a destroyed row stays destroyed, whatever comes behind it. After a full disk they are written again by
// themselves once there is room. What commit() returned from is on the disk, or
// in the stream, and read back from there. One thread at a time; of values() any.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/seal/key_stream.h"
#include "projections/store/store.h"

namespace rapport {

inline constexpr char kKeyThere = '\1', kKeyDestroyed = '\2';
inline constexpr std::size_t kKeyRowSize = 9;

// A row that gets a value, or goes.
struct KeyChange {
  std::string row;
  std::optional<std::string> value;
  std::string replaces = {};  // the value of the same row that goes with it: a key sealed anew
};

// What stands in a directory of keys, before it is opened.
enum class KeysHere : unsigned char { none, own, copied };

class KeyRows {
 public:
  // Errors: those of Store::open.
  [[nodiscard]] static Result<KeysHere> in(const std::filesystem::path& directory);

  // `changed` is told each key's row that the stream changes. Errors: those of Store::open and KeyStream::read;
  // wrong_format: a copy without its stream, or keys of its own beside one.
  [[nodiscard]] static Result<std::unique_ptr<KeyRows>> open(const std::filesystem::path& directory,
                                                             std::unique_ptr<KeyStream> stream,
                                                             std::function<void(const std::string& row)> changed);

  bool is_shared() const { return stream_ != nullptr; }
  Store& store() const { return *store_; }

  // The row's values, each beginning with kKeyThere; or the one that says destroyed; none. Errors: storage_failed.
  [[nodiscard]] Result<std::vector<std::string>> values(const std::string& row) const;
  // Errors: storage_failed; of shared ones log_unavailable, and some may have been done: do it again.
  [[nodiscard]] Result<void> commit(const std::vector<KeyChange>& changes);
  // Reads what others have written. Errors: as commit.
  [[nodiscard]] Result<void> follow();
  // Reads the whole stream again, over what is here: what this copy lacks, for whatever reason, it has then. Errors: as
  // commit.
  [[nodiscard]] Result<void> follow_from_start();
  // follow(), and what has to be done now and then so that destroyed keys go out of the stream. Errors: as commit.
  [[nodiscard]] Result<void> tend();
  // As KeyStream::stop.
  void stop();
  // The contacts that have a row of that kind ("p", "c"), in order; with `own`, not those of other machines.
  [[nodiscard]] Result<std::vector<ContactId>> contacts_in(char kind, bool own) const;
  // Of the contact what says that it is being erased or is to be cleaned; other machines' plans too, once its key is
  // destroyed. Errors: as commit.
  [[nodiscard]] Result<void> let_go(ContactId contact);

 private:
  KeyRows(std::unique_ptr<Store> store, std::unique_ptr<KeyStream> stream,
          std::function<void(const std::string& row)> changed)
      : store_(std::move(store)), stream_(std::move(stream)), changed_(std::move(changed)) {}
  Result<void> begin_following();
  Result<void> read_stream();
  Result<void> forget_all();
  Result<void> commit_own(const std::vector<KeyChange>& changes);
  Result<void> take(Offset offset, const KeyRecord& record);
  Result<void> take_key(const std::string& row, const std::string& id, const std::optional<std::string>& value);
  Result<void> replace_first(const std::string& row);
  Result<std::vector<std::string>> others_of(const std::string& row) const;
  Result<void> take_destroyed(const std::string& row, const std::string& value);
  Result<void> bury();
  Result<std::optional<std::string>> get(const std::string& key) const;
  void put(std::string key, std::optional<std::string> value) { unwritten_[std::move(key)] = std::move(value); }
  Result<void> write(const RowBatch& batch, Durability durability);
  Result<void> write(Offset reached);

  const std::unique_ptr<Store> store_;
  const std::unique_ptr<KeyStream> stream_;
  const std::function<void(const std::string& row)> changed_;
  std::string machine_;
  Offset position_{-1};
  std::map<std::string, std::optional<std::string>> unwritten_;  // of what is read
  std::vector<std::string> changed_rows_;
};

}  // namespace rapport

// What a disk holds of one directory: what is in use and what would still be there after a power loss, worked out from
// the journal of the process that works on it (call_journal.h).
//
// Invariants, which are POSIX's promises and no more:
// - A file's bytes are kept once the file was synced; until then each sector is as it was, or as it was to become.
// - A name is kept once its directory was synced; until then it may not be there yet, be still there, or be the old
//   one. Changes of one directory are kept in their order.
// - A rename is kept whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/faults/call_journal.h"

namespace rapport::faults {

// Of what is not synced.
enum class Kept : std::uint8_t { nothing, everything, by_chance };

struct PowerLoss {
  Kept names = Kept::nothing;
  Kept bytes = Kept::nothing;
};
PowerLoss draw_power_loss(std::mt19937_64& random);
std::string to_string(const PowerLoss& loss);

class SimulatedDisk {
 public:
  static constexpr std::size_t kSectorBytes = 512;

  // Everything that is in the directory now, as synced.
  explicit SimulatedDisk(std::filesystem::path directory);

  // Throws std::runtime_error where the entry does not fit what is there: the journal or this model is wrong.
  void apply(const JournalEntry& entry);
  // What is not synced is lost, or kept, and then all that is left is synced.
  void lose_power(const PowerLoss& loss, std::mt19937_64& random);
  // The directory becomes what the disk holds.
  void write_back() const;

 private:
  struct Change {  // of bytes; to `bytes` at `offset`, or to a size
    std::uint64_t offset = 0;
    std::string bytes;
    bool is_resize = false;
  };
  struct Node {
    bool is_directory = false;
    std::map<std::string, std::shared_ptr<Node>> names, synced_names;
    std::string synced_bytes;
    std::vector<Change> changes;  // since the last sync
  };
  using NodePtr = std::shared_ptr<Node>;
  struct NameChange {
    NodePtr directory;
    std::string name;
    NodePtr node;  // null: the name is taken away
  };
  using NameChanges = std::vector<NameChange>;  // of one call
  struct Place {
    NodePtr directory;
    std::string name;
  };

  Place place_of(const std::string& path) const;
  NodePtr find(const std::string& path) const;  // throws where there is none
  NodePtr load(const std::filesystem::path& path, std::map<std::uint64_t, NodePtr>& links) const;
  void open(const JournalEntry& entry);
  void change(NameChanges changes);
  void sync_names(const NodePtr& directory);
  void lose_names(Kept kept, std::mt19937_64& random);
  void write_node(const Node& node, const std::filesystem::path& path,
                  std::map<const Node*, std::filesystem::path>& written) const;
  static void settle(const NameChanges& changes);
  static void apply_to(std::string& bytes, const Change& change);
  static void lose_bytes(Node& node, Kept kept, std::mt19937_64& random);

  const std::filesystem::path directory_;
  NodePtr root_;
  std::map<std::uint32_t, NodePtr> files_;  // by their numbers in the journal
  std::vector<NameChanges> unsynced_;       // in the order of the calls
};

}  // namespace rapport::faults

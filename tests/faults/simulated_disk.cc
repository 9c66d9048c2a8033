#include "tests/faults/simulated_disk.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace rapport::faults {
namespace {

namespace fs = std::filesystem;

Kept draw_kept(std::mt19937_64& random) {
  switch (random() % 4) {
    case 0: return Kept::nothing;
    case 1: return Kept::everything;
    default: return Kept::by_chance;
  }
}

const char* name_of(Kept kept) {
  switch (kept) {
    case Kept::nothing: return "nothing";
    case Kept::everything: return "everything";
    case Kept::by_chance: return "some";
  }
  return "";
}

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

PowerLoss draw_power_loss(std::mt19937_64& random) {
  const Kept names = draw_kept(random);
  return {names, draw_kept(random)};
}

std::string to_string(const PowerLoss& loss) {
  return std::string("of unsynced names ") + name_of(loss.names) + " is kept, of unsynced bytes " + name_of(loss.bytes);
}

SimulatedDisk::SimulatedDisk(fs::path directory) : directory_(std::move(directory)) {
  std::map<std::uint64_t, NodePtr> links;
  root_ = load(directory_, links);
}

SimulatedDisk::NodePtr SimulatedDisk::load(const fs::path& path, std::map<std::uint64_t, NodePtr>& links) const {
  struct stat there;
  if (::stat(path.c_str(), &there) != 0) throw std::runtime_error("no " + path.string());
  if (!S_ISDIR(there.st_mode)) {
    NodePtr& file = links[there.st_ino];
    if (!file) {
      file = std::make_shared<Node>();
      file->synced_bytes = bytes_of(path);
    }
    return file;
  }
  auto directory = std::make_shared<Node>();
  directory->is_directory = true;
  for (const auto& entry : fs::directory_iterator(path)) {
    directory->names.emplace(entry.path().filename(), load(entry.path(), links));
  }
  directory->synced_names = directory->names;
  return directory;
}

// The directory that a path's last name stands in; no name: the root itself.
SimulatedDisk::Place SimulatedDisk::place_of(const std::string& path) const {
  const fs::path below = fs::path(path).lexically_normal().lexically_relative(directory_);
  Place place{root_, {}};
  for (const fs::path& part : below) {
    if (part == "." || part.empty()) continue;
    if (!place.name.empty()) {
      const auto found = place.directory->names.find(place.name);
      if (found == place.directory->names.end()) throw std::runtime_error("the journal knows a way to " + path);
      place.directory = found->second;
    }
    place.name = part;
  }
  return place;
}

SimulatedDisk::NodePtr SimulatedDisk::find(const std::string& path) const {
  const Place place = place_of(path);
  if (place.name.empty()) return root_;
  const auto found = place.directory->names.find(place.name);
  if (found == place.directory->names.end()) throw std::runtime_error("the journal knows a " + path);
  return found->second;
}

void SimulatedDisk::open(const JournalEntry& entry) {
  const Place place = place_of(entry.path);
  const auto flags = static_cast<int>(entry.offset);
  if (!place.name.empty() && !place.directory->names.contains(place.name)) {
    if ((flags & O_CREAT) == 0) throw std::runtime_error("the journal opens a " + entry.path);
    change({{place.directory, place.name, std::make_shared<Node>()}});
  }
  const NodePtr file = find(entry.path);
  files_[entry.file] = file;
  if ((flags & O_TRUNC) != 0) file->changes.push_back({0, {}, true});
}

void SimulatedDisk::apply(const JournalEntry& entry) {
  switch (entry.call) {
    case CallDone::opened: return open(entry);
    case CallDone::wrote: files_.at(entry.file)->changes.push_back({entry.offset, entry.bytes, false}); return;
    case CallDone::resized: files_.at(entry.file)->changes.push_back({entry.offset, {}, true}); return;
    case CallDone::synced: {
      const NodePtr& file = files_.at(entry.file);
      if (file->is_directory) return sync_names(file);
      for (const Change& one : file->changes) apply_to(file->synced_bytes, one);
      file->changes.clear();
      return;
    }
    case CallDone::made: {
      auto made = std::make_shared<Node>();
      made->is_directory = true;
      const Place place = place_of(entry.path);
      return change({{place.directory, place.name, made}});
    }
    case CallDone::renamed: {
      const Place from = place_of(entry.path), to = place_of(entry.other);
      return change({{to.directory, to.name, find(entry.path)}, {from.directory, from.name, nullptr}});
    }
    case CallDone::linked: {
      const Place to = place_of(entry.other);
      return change({{to.directory, to.name, find(entry.path)}});
    }
    case CallDone::removed: {
      const Place place = place_of(entry.path);
      return change({{place.directory, place.name, nullptr}});
    }
    case CallDone::said: return;
  }
}

void SimulatedDisk::change(NameChanges changes) {
  for (const NameChange& one : changes) {
    if (one.node) {
      one.directory->names[one.name] = one.node;
    } else if (one.directory->names.erase(one.name) == 0) {
      throw std::runtime_error("the journal takes away a " + one.name);
    }
  }
  unsynced_.push_back(std::move(changes));
}

void SimulatedDisk::settle(const NameChanges& changes) {
  for (const NameChange& one : changes) {
    if (one.node) {
      one.directory->synced_names[one.name] = one.node;
    } else {
      one.directory->synced_names.erase(one.name);
    }
  }
}

// Every change of the directory; where one also is of another directory, those of that one before it, too.
void SimulatedDisk::sync_names(const NodePtr& directory) {
  std::set<const Node*> of{directory.get()};
  std::vector<bool> synced(unsynced_.size());
  for (std::size_t i = unsynced_.size(); i-- > 0;) {
    synced[i] = std::any_of(unsynced_[i].begin(), unsynced_[i].end(),
                            [&](const NameChange& one) { return of.contains(one.directory.get()); });
    if (!synced[i]) continue;
    for (const NameChange& one : unsynced_[i]) of.insert(one.directory.get());
  }
  std::vector<NameChanges> left;
  for (std::size_t i = 0; i < unsynced_.size(); ++i) {
    if (synced[i]) {
      settle(unsynced_[i]);
    } else {
      left.push_back(std::move(unsynced_[i]));
    }
  }
  unsynced_ = std::move(left);
}

void SimulatedDisk::lose_names(Kept kept, std::mt19937_64& random) {
  std::set<const Node*> lost;  // directories that keep nothing any more: a change before was not kept
  const unsigned odds = 1 + static_cast<unsigned>(random() % 20);
  for (const NameChanges& changes : unsynced_) {
    bool lose = kept == Kept::nothing || (kept == Kept::by_chance && random() % (odds + 1) == 0);
    for (const NameChange& one : changes) lose = lose || lost.contains(one.directory.get());
    if (!lose) settle(changes);
    for (const NameChange& one : changes) {
      if (lose) lost.insert(one.directory.get());
    }
  }
  unsynced_.clear();
}

void SimulatedDisk::apply_to(std::string& bytes, const Change& change) {
  if (change.is_resize) return bytes.resize(change.offset);
  const std::uint64_t end = change.offset + change.bytes.size();
  if (bytes.size() < end) bytes.resize(end);
  bytes.replace(change.offset, change.bytes.size(), change.bytes);
}

void SimulatedDisk::lose_bytes(Node& node, Kept kept, std::mt19937_64& random) {
  std::string now = node.synced_bytes;
  for (const Change& one : node.changes) apply_to(now, one);
  node.changes.clear();
  std::string& left = node.synced_bytes;
  if (now == left || kept == Kept::nothing) return;
  const std::uint64_t way = kept == Kept::everything ? 0 : random() % 5;
  if (way == 0) {
    left = std::move(now);
  } else if (way == 1 && now.size() > left.size()) {  // as far as it was written
    left = now.substr(0, left.size() + random() % (now.size() - left.size()));
  } else if (way == 2 || way == 3) {  // each sector old or new, or zeros where there was none
    const std::size_t least = std::min(left.size(), now.size()), most = std::max(left.size(), now.size());
    left.resize(random() % 2 == 0 ? now.size() : least + random() % (most - least + 1));
    now.resize(std::max(now.size(), left.size()));
    const std::uint64_t odds = 1 + random() % 8;
    for (std::size_t at = 0; at < left.size(); at += kSectorBytes) {
      const std::size_t size = std::min(kSectorBytes, left.size() - at);
      if (random() % (odds + 1) != 0) left.replace(at, size, now, at, size);
    }
  }
}

void SimulatedDisk::lose_power(const PowerLoss& loss, std::mt19937_64& random) {
  lose_names(loss.names, random);
  files_.clear();
  std::set<Node*> seen;
  std::vector<Node*> left{root_.get()};
  while (!left.empty()) {
    Node* node = left.back();
    left.pop_back();
    if (!seen.insert(node).second) continue;
    node->names = node->synced_names;
    if (!node->is_directory) lose_bytes(*node, loss.bytes, random);
    for (const auto& [name, child] : node->names) left.push_back(child.get());
  }
}

void SimulatedDisk::write_node(const Node& node, const fs::path& path, std::map<const Node*, fs::path>& written) const {
  if (node.is_directory) {
    fs::create_directory(path);
    for (const auto& [name, child] : node.names) write_node(*child, path / name, written);
    return;
  }
  const auto [first, is_new] = written.emplace(&node, path);
  if (!is_new) return fs::create_hard_link(first->second, path);
  std::ofstream out(path, std::ios::binary);
  out << node.synced_bytes;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
  // No journal says how it was made: as the most secret one is.
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

void SimulatedDisk::write_back() const {
  for (const auto& entry : fs::directory_iterator(directory_)) fs::remove_all(entry.path());
  std::map<const Node*, fs::path> written;
  for (const auto& [name, child] : root_->names) write_node(*child, directory_ / name, written);
}

}  // namespace rapport::faults

// A map that knows which of its values nobody asked for the longest, and what all of them take.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

namespace rapport {

template <class Key, class Value, class Hash = std::hash<Key>>
class LruMap {
 public:
  // Good until the map is changed; null: there is none. It is the one asked for last, from now on.
  Value* find(const Key& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }
  // In place of what is there. `bytes`: what it is taken to need.
  void put(const Key& key, Value value, std::size_t bytes) {
    erase(key);
    entries_.push_front({key, std::move(value), bytes});
    by_key_.emplace(key, entries_.begin());
    bytes_ += bytes;
  }
  void erase(const Key& key) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) drop(found->second);
  }
  // Those not asked for the longest go, until no more bytes are left than these.
  void shrink_to(std::size_t bytes_max) {
    while (bytes_ > bytes_max) drop(std::prev(entries_.end()));
  }
  void clear() {
    by_key_.clear();
    entries_.clear();
    bytes_ = 0;
  }
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    Key key;
    Value value;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;  // those asked for lately first

  void drop(typename Entries::iterator entry) {
    bytes_ -= entry->bytes;
    by_key_.erase(entry->key);
    entries_.erase(entry);
  }

  Entries entries_;
  std::unordered_map<Key, typename Entries::iterator, Hash> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace rapport

// A map that lets go of what nobody asked for lately, once all of it takes too much.
//
// It goes by second chance (Corbató, "A paging experiment with the Multics system", 1969): what was asked for since it
// was looked at last stays for another round. Asking moves nothing, so it touches one entry alone, where a list in the
// order of asking touches its neighbours as well.
//
// Not thread-safe.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/unordered_map.hpp>
#include <cstddef>
#include <functional>
#include <utility>

namespace rapport {

template <class Key, class Value, class Hash = std::hash<Key>>
class LruMap {
 public:
  LruMap() = default;
  LruMap(LruMap&& other) noexcept { *this = std::move(other); }
  LruMap& operator=(LruMap&& other) noexcept {
    clear();
    entries_.swap(other.entries_);
    by_age_.swap(other.by_age_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  // Good until the map is changed; null: there is none.
  Value* find(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    found->second.asked = true;
    return &found->second.value;
  }
  // In place of what is there. `bytes`: what it is taken to need.
  void put(const Key& key, Value value, std::size_t bytes) {
    erase(key);
    const auto at = entries_.try_emplace(key, std::move(value), bytes).first;
    at->second.key = &at->first;
    by_age_.push_back(at->second);
    bytes_ += bytes;
  }
  void erase(const Key& key) {
    if (const auto found = entries_.find(key); found != entries_.end()) drop(found);
  }
  // Those not asked for lately go, until no more bytes are left than these.
  void shrink_to(std::size_t bytes_max) {
    while (bytes_ > bytes_max) {
      Entry& oldest = by_age_.front();
      if (oldest.asked) {
        oldest.asked = false;
        by_age_.splice(by_age_.end(), by_age_, by_age_.begin());
      } else {
        drop(entries_.find(*oldest.key));
      }
    }
  }
  void clear() {
    by_age_.clear();
    entries_.clear();
    bytes_ = 0;
  }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry : boost::intrusive::list_base_hook<> {
    Entry(Value&& of, std::size_t size) : value(std::move(of)), bytes(size) {}
    Value value;
    std::size_t bytes;
    bool asked = false;
    const Key* key = nullptr;  // the map's own
  };
  // Whose entries stay where they are. The standard library's finds an entry by the one before it: another place in
  // memory to wait for.
  using Entries = boost::unordered_map<Key, Entry, Hash>;

  void drop(typename Entries::iterator entry) {
    bytes_ -= entry->second.bytes;
    by_age_.erase(by_age_.iterator_to(entry->second));
    entries_.erase(entry);
  }

  Entries entries_;
  boost::intrusive::list<Entry> by_age_;  // since it was put, or given its second chance; the oldest first
  std::size_t bytes_ = 0;
};

}  // namespace rapport

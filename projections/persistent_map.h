// A sorted map whose copies share what they have in common: a copy costs a pointer, and a change makes anew the few
// entries on the way to it, so that each step of the fold can leave its readers a map of their own.
//
// It is a balanced tree (Adelson-Velsky and Landis, 1962) of nodes that never change. Keys that are compared by `<`
// can be looked for by whatever compares with them.
//
// Invariants: a value; what another copy changes is not seen. Iterators and references are good as long as a copy
// lives that has the entry. Any number of threads may read; one that changes its copy does so alone.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

namespace rapport {

template <class Key, class Value>
class PersistentMap {
  struct Node;
  using Link = std::shared_ptr<const Node>;

 public:
  using value_type = std::pair<const Key, Value>;

  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = PersistentMap::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    // No move of its own: gcc 12 takes that of small_vector for an overrun.
    const_iterator() = default;
    const_iterator(const const_iterator&) = default;
    const_iterator& operator=(const const_iterator&) = default;

    reference operator*() const { return path_.back()->entry; }
    pointer operator->() const { return &path_.back()->entry; }
    const_iterator& operator++() {
      const Node* at = path_.back();
      path_.pop_back();
      go_down(at->right.get());
      return *this;
    }
    const_iterator operator++(int) {
      const_iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) { return a.at() == b.at(); }

   private:
    friend class PersistentMap;
    const Node* at() const { return path_.empty() ? nullptr : path_.back(); }
    void go_down(const Node* at) {
      for (; at != nullptr; at = at->left.get()) path_.push_back(at);
    }
    boost::container::small_vector<const Node*, 32> path_;  // to the entry, without those that come before it
  };

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  const_iterator begin() const {
    const_iterator it;
    it.go_down(root_.get());
    return it;
  }
  const_iterator end() const { return {}; }

  // The first entry not below the key.
  template <class Wanted>
  const_iterator lower_bound(const Wanted& key) const {
    const_iterator it;
    for (const Node* at = root_.get(); at != nullptr;) {
      const bool is_below = at->entry.first < key;
      if (!is_below) it.path_.push_back(at);
      at = is_below ? at->right.get() : at->left.get();
    }
    return it;
  }
  template <class Wanted>
  const_iterator find(const Wanted& key) const {
    const_iterator it = lower_bound(key);
    return it == end() || key < it->first ? end() : it;
  }
  template <class Wanted>
  bool contains(const Wanted& key) const {
    return find(key) != end();
  }
  // The last entry not above the key, or nullptr.
  template <class Wanted>
  const value_type* last_up_to(const Wanted& key) const {
    const value_type* last = nullptr;
    for (const Node* at = root_.get(); at != nullptr;) {
      const bool is_above = key < at->entry.first;
      if (!is_above) last = &at->entry;
      at = is_above ? at->left.get() : at->right.get();
    }
    return last;
  }

  // In place of what is there.
  void put(Key key, Value value) {
    bool is_new = true;
    root_ = with(root_, value_type(std::move(key), std::move(value)), is_new);
    if (is_new) ++size_;
  }
  template <class Wanted>
  void erase(const Wanted& key) {
    if (!contains(key)) return;
    root_ = without(root_, key);
    --size_;
  }

  friend bool operator==(const PersistentMap& a, const PersistentMap& b) {
    return a.root_ == b.root_ || std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  struct Node {
    Node(Link l, value_type e, Link r)
        : left(std::move(l)),
          right(std::move(r)),
          entry(std::move(e)),
          height(static_cast<std::uint8_t>(std::max(height_of(left), height_of(right)) + 1)) {}
    Link left, right;
    value_type entry;
    std::uint8_t height;
  };

  static int height_of(const Link& link) { return link ? link->height : 0; }
  static Link node(Link left, value_type entry, Link right) {
    return std::make_shared<const Node>(std::move(left), std::move(entry), std::move(right));
  }
  // Of subtrees of which one may have become higher than the other by two.
  static Link balanced(Link left, value_type entry, Link right) {
    if (height_of(left) > height_of(right) + 1) {
      if (height_of(left->left) >= height_of(left->right)) {
        return node(left->left, left->entry, node(left->right, std::move(entry), std::move(right)));
      }
      const Node& middle = *left->right;
      return node(node(left->left, left->entry, middle.left), middle.entry,
                  node(middle.right, std::move(entry), std::move(right)));
    }
    if (height_of(right) > height_of(left) + 1) {
      if (height_of(right->right) >= height_of(right->left)) {
        return node(node(std::move(left), std::move(entry), right->left), right->entry, right->right);
      }
      const Node& middle = *right->left;
      return node(node(std::move(left), std::move(entry), middle.left), middle.entry,
                  node(middle.right, right->entry, right->right));
    }
    return node(std::move(left), std::move(entry), std::move(right));
  }

  static Link with(const Link& at, value_type entry, bool& is_new) {
    if (!at) return node(nullptr, std::move(entry), nullptr);
    if (entry.first < at->entry.first) return balanced(with(at->left, std::move(entry), is_new), at->entry, at->right);
    if (at->entry.first < entry.first) return balanced(at->left, at->entry, with(at->right, std::move(entry), is_new));
    is_new = false;
    return node(at->left, std::move(entry), at->right);
  }
  // The key is there.
  template <class Wanted>
  static Link without(const Link& at, const Wanted& key) {
    if (key < at->entry.first) return balanced(without(at->left, key), at->entry, at->right);
    if (at->entry.first < key) return balanced(at->left, at->entry, without(at->right, key));
    if (!at->left) return at->right;
    if (!at->right) return at->left;
    const Node* next = at->right.get();
    while (next->left) next = next->left.get();
    return balanced(at->left, next->entry, without(at->right, next->entry.first));
  }

  Link root_;
  std::size_t size_ = 0;
};

}  // namespace rapport

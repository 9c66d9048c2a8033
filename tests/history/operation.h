// What clients did to two contacts, of which one is merged into the other at times, and what they were told: the
// history of one object that is read and changed by several at once.
//
// Invariants: an operation takes effect at one instant between its invocation and its answer, or, without an answer, at
// any instant from its invocation on or never. One request may be two operations, one after the other: a merge is a
// link and a hint, a change that answers with the contact is a change and a read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace rapport::history {

enum class Part : std::uint8_t { member, root };  // the one that is merged, the one that it is merged into
inline constexpr std::size_t kParts = 2;
constexpr std::size_t index_of(Part part) { return static_cast<std::size_t>(part); }

// One contact by itself. Version 0: there is none.
struct Own {
  std::uint64_t version = 0;
  std::uint64_t value = 0;  // of the field that clients write, each value once
  bool operator==(const Own&) const = default;
};

enum class OperationKind : std::uint8_t {
  write,    // the value, and the version moves on; with `expected`, only at that version
  read,     // of one part: itself alone, or the whole of both
  link,     // the member is linked to the root, or left as it is where it is linked already
  tell,     // the root is told of the link: from then on reading it shows the whole
  cut,      // the link is taken away
  not_cut,  // there was no link to take away
};

using Instant = std::int64_t;  // nanoseconds
inline constexpr Instant kNever = std::numeric_limits<Instant>::max();

struct Operation {
  OperationKind kind = OperationKind::read;
  int client = 0;
  Instant invoked = 0;
  Instant answered = kNever;
  std::vector<std::size_t> behind;  // indexes of operations of the history that take effect before this one

  Part part = Part::member;
  std::uint64_t value = 0;                       // written
  std::optional<std::uint64_t> expected;         // of a write
  std::optional<bool> accepted;                  // of a write; absent: not told
  std::optional<std::uint64_t> version;          // told of a write: the part's, behind it
  std::array<std::optional<Own>, kParts> shown;  // by a read: one part, or both
};

using History = std::vector<Operation>;  // of one object; clocks of all clients agree

// The object as it is after some of its history.
struct Pair {
  std::array<Own, kParts> own;
  std::optional<std::size_t> link;  // the operation that set it
  bool told = false;
  bool operator==(const Pair&) const = default;
};

// What the object may be behind the operation, of which `index` is the place in its history; nothing: the operation
// cannot have been answered so where the object was `before`.
std::vector<Pair> behind(const Pair& before, const Operation& operation, std::size_t index);

std::string to_string(const Operation& operation);
std::string to_string(const Pair& pair);

}  // namespace rapport::history

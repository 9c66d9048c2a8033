// Where an index row stands, and what its bytes say. docs/rows.md draws them.
//
//   I index part value contact      part: "p" the contact stands by itself, "m" it is in a merge
//
// Invariants: a row's key is all there is to it; its value is empty. Within one part, keys sort by value and then by
// contact; values sort as a contact_order.h does, those that are absent last.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "events/ids.h"

namespace rapport {

// Of a text, so many bytes stand in an index; what is longer is cut and has to be looked up in the state.
inline constexpr std::size_t kIndexedTextMax = 128;

// The letter of each index that every generation keeps. `field` is followed by which one.
enum class IndexLetter : char {
  archived = 'a',
  channels = 'c',
  date_created = 'd',
  field = 'f',
  last_seen = 'l',
  merges = 'm',  // of contacts that are merged: by the one they are merged into
  company = 'o',
  first_seen = 's',
  tags = 't',
  date_updated = 'u',
  vacant = 'v',  // roots of merges that are no contact themselves
  words = 'w',
};

// An index on a field: of a declared date the times it says, else the values as they are.
struct FieldIndex {
  std::string field;
  bool as_time = false;

  friend auto operator<=>(const FieldIndex&, const FieldIndex&) = default;
};

enum class IndexPart : char { alone = 'p', merged = 'm' };

// "I" and the index: what all its rows start with.
std::string index_key(IndexLetter letter);
std::string index_key(const FieldIndex& field);

// A value as a row has it, of its sort_key(); no key at all: no value.
std::string index_value(std::string_view sort_key);
inline constexpr std::string_view kNoIndexValue = "z";
// Whether the value is one of a text that is longer than what stands there.
bool is_cut(std::string_view index_value);

// The value and the contact of a row, whose index and part take `prefix_size` bytes.
struct IndexRow {
  std::string_view value;
  ContactId contact;
};
IndexRow index_row(std::string_view key, std::size_t prefix_size);

}  // namespace rapport

#include "projections/index_key.h"

#include "projections/key_layout.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

// Behind a text that was cut, where a whole one ends with 00 00: it sorts behind the whole one of the same bytes.
constexpr std::string_view kCut("\0\1", 2);

}  // namespace

std::string index_key(IndexLetter letter) { return {static_cast<char>(RowKind::index), static_cast<char>(letter)}; }

std::string index_key(const FieldIndex& field) {
  std::string key = index_key(IndexLetter::field);
  key += field.as_time ? 't' : 'v';
  append_terminated(key, field.field);
  return key;
}

std::string index_value(std::string_view sort_key) {
  if (sort_key.empty()) return std::string(kNoIndexValue);
  if (sort_key.front() != 'x') return std::string(sort_key);
  std::string value;
  append_terminated(value, sort_key.substr(0, 1 + kIndexedTextMax));
  if (sort_key.size() > 1 + kIndexedTextMax) value.replace(value.size() - kCut.size(), kCut.size(), kCut);
  return value;
}

bool is_cut(std::string_view index_value) { return index_value.starts_with('x') && index_value.ends_with(kCut); }

IndexRow index_row(std::string_view key, std::size_t prefix_size) {
  return {key.substr(prefix_size, key.size() - prefix_size - 8),
          ContactId{read_big_endian64(key.substr(key.size() - 8))}};
}

}  // namespace rapport

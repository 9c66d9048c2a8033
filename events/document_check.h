// The rules that hold at every depth of an event, also in data that nothing else reads. Internal to events/.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "events/event.h"
#include "events/result.h"

namespace rapport::events_internal {

// Two more than an event has, so that it is check_document that finds the limit, and for one event of a batch alone:
// the array around them, and simdjson's own count, which is over one level early where the innermost holds something.
constexpr std::size_t kParserDepthMax = kEventDepthMax + 2;

// What the parser says of bytes that it does not take: invalid_json, too_deep.
Error json_error(simdjson::error_code code);

// Errors: duplicate_key (JSON parsers disagree about which of two equal keys counts, so neither does; `field` is its
// path), too_deep (more than kEventDepthMax objects and arrays inside each other, `root` being the first).
std::optional<Error> check_document(simdjson::dom::object root);

// One bit of 64 for each key: keys with different bits differ.
inline std::uint64_t key_bit(std::string_view key) {
  if (key.empty()) return 1;
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(key[i])); };
  const std::size_t hash = key.size() * 7 + byte(0) * 3 + byte(key.size() - 1) * 31 + byte(key.size() / 2);
  return std::uint64_t{1} << (hash & 63);
}

}  // namespace rapport::events_internal

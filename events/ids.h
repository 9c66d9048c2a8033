// The ids of entities, each a type of its own so that a company's id never stands where a contact's is meant.
//
// Invariants: an id is 1..2^53-1, so that every JSON reader holds it exactly (RFC 8259, section 6).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

inline constexpr std::uint64_t kIdMax = (std::uint64_t{1} << 53) - 1;

template <class Tag>
struct Id {
  std::uint64_t value = 0;

  friend auto operator<=>(const Id&, const Id&) = default;
};

using ContactId = Id<struct ContactTag>;
using CompanyId = Id<struct CompanyTag>;

// A decimal id without sign or leading zero. Errors: invalid_argument.
[[nodiscard]] Result<std::uint64_t> parse_id(std::string_view text);

}  // namespace rapport

template <class Tag>
struct std::hash<rapport::Id<Tag>> {
  std::size_t operator()(const rapport::Id<Tag>& id) const noexcept {
    return static_cast<std::size_t>(id.value * 0x9E3779B97F4A7C15ULL);
  }
};

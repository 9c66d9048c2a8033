// How wide text is on a terminal.
#pragma once

#include <cstddef>
#include <string_view>

namespace rapport {

// The columns that text takes: 0 for combining marks and other code points without width, 2 for wide East Asian
// characters and emoji, 1 for the rest and for a byte that is not UTF-8.
std::size_t columns_of(std::string_view text);

// The longest prefix of whole characters, marks with their letter, that takes at most `columns`.
std::string_view prefix_of_columns(std::string_view text, std::size_t columns);

}  // namespace rapport

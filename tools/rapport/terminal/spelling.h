// Which word was meant by one that is not known.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapport {

// The known word that is at most two slips away (a letter too many, missing or wrong, two letters swapped), the nearest
// first; none where every one is further, or would change more than half of the word.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace rapport

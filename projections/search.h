// What a search asks for: words that must all be there, each as the beginning of one of the contact's words
// (search_words.h), without regard to case and accents. "zoe mul" finds Zoë Müller; "912 34 567" and "+47 (912) 34567"
// find the phone number by its digits.
//
// Invariants: a text of nothing but digits and what people put between those of a phone number is one number; elsewhere
// each piece between spaces that is one is. Of a merge, other members' names, emails and phones are searched too.
// Immutable; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/merge_reader.h"

namespace rapport {

inline constexpr std::size_t kSearchTextMax = 256;  // bytes
inline constexpr std::size_t kSearchTermsMax = 10;

class Search {
 public:
  // Errors: invalid_argument, the field "search": nothing to look for, too long, too many words.
  [[nodiscard]] static Result<Search> parse(std::string_view text);

  // Folded as the words of contacts are.
  const std::vector<std::string>& terms() const { return terms_; }
  bool matches(const MergedContact& contact) const;

 private:
  std::vector<std::string> terms_;
};

}  // namespace rapport

// The words that a contact is found by: those of its name, email, phone and tags, without regard to case and accents.
// The one home of ICU.
//
// Invariants: a value's words depend on nothing but the value, so those of a merge are among its members'. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/contact_state.h"

namespace rapport {

inline constexpr std::size_t kSearchWordMax = 64;          // bytes of a word; what is longer is cut
inline constexpr std::size_t kSearchWordsOfValueMax = 32;  // of one name, email or tag
inline constexpr std::size_t kPhoneDigitsMax = 20;
// A phone number is found by any of its digits that has so many behind it, itself included.
inline constexpr std::size_t kPhoneTailMin = 6;

// The runs of letters and digits, folded: "Zoë O'Hara-Łuk" gives zoe, o, hara, luk. At most kSearchWordsOfValueMax.
std::vector<std::string> words_of(std::string_view text);
// The digits of a phone number, and each tail of them that is long enough: 004712345678 is found by 12345678 too.
std::vector<std::string> phone_words(std::string_view text);

// Whether a contact is found by the words of that field.
bool is_searched_field(std::string_view field);
// Of a value of the field: empty unless it is one that is searched.
std::vector<std::string> search_words(std::string_view field, const JsonText& value);
// Of all that is searched, each once, sorted.
std::vector<std::string> search_words(const ContactState& state);

}  // namespace rapport

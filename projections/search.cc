#include "projections/search.h"

#include <algorithm>

#include "projections/search_words.h"

namespace rapport {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::string_view kBetweenDigits = " +-()/.";

bool is_phone_number(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || kBetweenDigits.find(c) != std::string_view::npos;
         });
}

void add_terms(std::vector<std::string>& terms, std::string_view piece) {
  if (is_phone_number(piece)) {
    terms.push_back(phone_words(piece).front());  // all its digits
    return;
  }
  for (std::string& word : words_of(piece)) terms.push_back(std::move(word));
}

std::vector<std::string> terms_of(std::string_view text) {
  std::vector<std::string> terms;
  if (is_phone_number(text)) {
    add_terms(terms, text);
    return terms;
  }
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    add_terms(terms, text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return terms;
}

bool has_beginning(const std::vector<std::string>& sorted, std::string_view term) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), term);
  return at != sorted.end() && at->starts_with(term);
}

}  // namespace

Result<Search> Search::parse(std::string_view text) {
  const auto wrong = [](std::string why) { return Error{Errc::invalid_argument, std::move(why), "search"}; };
  if (text.size() > kSearchTextMax) return wrong("is longer than " + std::to_string(kSearchTextMax) + " bytes");
  Search search;
  search.terms_ = terms_of(text);
  if (search.terms_.empty()) return wrong("has no letter and no digit to look for");
  if (search.terms_.size() > kSearchTermsMax) {
    return wrong("has more than " + std::to_string(kSearchTermsMax) + " words");
  }
  return search;
}

bool Search::matches(const MergedContact& contact) const {
  std::vector<std::string> words = search_words(contact.state);
  for (const auto& [field, others] : contact.alternates) {
    for (const Alternate& other : others) {
      for (std::string& word : search_words(field, other.value)) words.push_back(std::move(word));
    }
  }
  std::sort(words.begin(), words.end());
  return std::all_of(terms_.begin(), terms_.end(), [&](const std::string& term) { return has_beginning(words, term); });
}

}  // namespace rapport

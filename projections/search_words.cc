#include "projections/search_words.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include "projections/json_scalars.h"

namespace rapport {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Letters that are no base letter with a mark on it: ø, ł, æ.
const icu::Transliterator* latin_to_ascii() {
  thread_local const std::unique_ptr<icu::Transliterator> instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance("Latin-ASCII", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) panic("ICU has no Latin-ASCII");
    return made;
  }();
  return instance.get();
}

// Without case and accents: "Zoë" and "ZOE" are the same.
std::string folded(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFKDInstance(status);
  if (U_FAILURE(status)) panic("ICU has no NFKD");
  const auto whole = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  const icu::UnicodeString parts = decompose->normalize(whole, status);
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 c = parts.char32At(i);
    if (u_charType(c) != U_NON_SPACING_MARK) bare.append(c);
  }
  latin_to_ascii()->transliterate(bare);
  std::string out;
  bare.foldCase().toUTF8String(out);
  return out;
}

void add_word(std::vector<std::string>& words, std::string_view word) {
  if (!word.empty() && words.size() < kSearchWordsOfValueMax) words.emplace_back(word.substr(0, kSearchWordMax));
}

bool is_ascii_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::vector<std::string> words_of_ascii(std::string text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] >= 'A' && text[i] <= 'Z') text[i] = static_cast<char>(text[i] | 0x20);
    if (i < text.size() && is_ascii_word(text[i])) continue;
    add_word(words, std::string_view(text).substr(begin, i - begin));
    begin = i + 1;
  }
  return words;
}

std::vector<std::string> words_of_folded(const std::string& text) {
  std::vector<std::string> words;
  const auto size = static_cast<std::int32_t>(text.size());
  std::int32_t begin = 0, next = 0;
  while (next < size) {
    const std::int32_t at = next;
    UChar32 c = 0;
    U8_NEXT(text.data(), next, size, c);
    if (c >= 0 && u_isalnum(c)) continue;
    add_word(words,
             std::string_view(text).substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin)));
    begin = next;
  }
  add_word(words, std::string_view(text).substr(static_cast<std::size_t>(begin)));
  return words;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  return is_ascii(text) ? words_of_ascii(std::string(text)) : words_of_folded(folded(text));
}

std::vector<std::string> phone_words(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9' && digits.size() < kPhoneDigitsMax) digits += c;
  }
  std::vector<std::string> words;
  if (digits.empty()) return words;
  words.push_back(digits);
  for (std::size_t i = 1; i + kPhoneTailMin <= digits.size(); ++i) words.push_back(digits.substr(i));
  return words;
}

std::vector<std::string> search_words(std::string_view field, const JsonText& value) {
  std::vector<std::string> words;
  const bool phone = field == "phone";
  if (!phone && field != "name" && field != "email") return words;
  // A phone number that came as a JSON number has its digits as they stand.
  if (phone && !value.text.empty() && value.text.front() >= '0' && value.text.front() <= '9') {
    return phone_words(value.text);
  }
  for (const Scalar& scalar : scalars_of(value)) {
    const auto* text = std::get_if<std::string>(&scalar);
    if (text == nullptr) continue;
    for (const std::string& word : phone ? phone_words(*text) : words_of(*text)) add_word(words, word);
  }
  return words;
}

std::vector<std::string> search_words(const ContactState& state) {
  std::vector<std::string> words;
  for (const std::string field : {"name", "email", "phone"}) {
    const auto written = state.fields.find(field);
    if (written == state.fields.end()) continue;
    for (std::string& word : search_words(field, written->second.value)) words.push_back(std::move(word));
  }
  for (const auto& [tag, present] : state.tags) {
    if (!present.value) continue;
    for (std::string& word : words_of(tag)) words.push_back(std::move(word));
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace rapport

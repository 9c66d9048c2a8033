#include "projections/search_words.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "projections/json_scalars.h"

namespace rapport {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Letters that are no base letter with a mark on it: ø, ł, æ.
const icu::Transliterator* latin_to_ascii() {
  thread_local const std::unique_ptr<icu::Transliterator> kTransliterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance("Latin-ASCII", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) panic("ICU has no Latin-ASCII");
    return made;
  }();
  return kTransliterator.get();
}

// What stands on or around a letter, or says only how letters join: it neither parts words nor tells them apart.
bool is_ignored(UChar32 c) {
  const auto type = u_charType(c);
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR;
}

// A vowel of Devanagari or Tamil is a mark beside its consonant, and no end of the word: Unicode's UAX #29, rule WB4.
bool is_of_word(UChar32 c) { return u_isalnum(c) || u_charType(c) == U_COMBINING_SPACING_MARK; }

// Without case and accents: "Zoë" and "ZOE" are the same.
std::string folded_by_icu(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFKDInstance(status);
  if (U_FAILURE(status)) panic("ICU has no NFKD");
  const auto whole = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  const icu::UnicodeString parts = decompose->normalize(whole, status);
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 c = parts.char32At(i);
    if (!is_ignored(c)) bare.append(c);
  }
  latin_to_ascii()->transliterate(bare);
  std::string out;
  bare.foldCase().toUTF8String(out);
  return out;
}

// What each letter that Latin scripts write in two bytes comes to by itself, as ICU has it: in a text of none but them
// a letter's neighbours make no difference, and a name is not worth the thousands of instructions that ICU takes.
class LatinLetters {
 public:
  static const LatinLetters& instance() {
    static const LatinLetters kLetters;
    return kLetters;
  }

  // Absent: there are other letters than those.
  std::optional<std::string> folded(std::string_view text) const {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto lead = static_cast<unsigned char>(text[i]);
      if (lead < kFirst) {
        out += static_cast<char>(lead >= 'A' && lead <= 'Z' ? lead | 0x20 : lead);
        continue;
      }
      if (lead < 0xC2 || i + 1 == text.size()) return std::nullopt;
      const std::size_t code = (lead & 0x1Fu) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3Fu);
      if (lead >= 0xE0 || code >= kEnd) return std::nullopt;
      out += folded_[code - kFirst];
    }
    return out;
  }

 private:
  static constexpr std::size_t kFirst = 0x80, kEnd = 0x250;  // to the end of Latin Extended-B

  LatinLetters() {
    for (std::size_t code = kFirst; code < kEnd; ++code) {
      const char bytes[] = {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
      folded_[code - kFirst] = folded_by_icu({bytes, sizeof bytes});
    }
  }

  std::array<std::string, kEnd - kFirst> folded_;
};

std::string folded(std::string_view text) {
  auto latin = LatinLetters::instance().folded(text);
  return latin ? *std::move(latin) : folded_by_icu(text);
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
    if (c >= 0 && is_of_word(c)) continue;
    add_word(words,
             std::string_view(text).substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin)));
    begin = next;
  }
  add_word(words, std::string_view(text).substr(static_cast<std::size_t>(begin)));
  return words;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  if (is_ascii(text)) return words_of_ascii(std::string(text));
  std::string bare = folded(text);
  return is_ascii(bare) ? words_of_ascii(std::move(bare)) : words_of_folded(bare);
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

bool is_searched_field(std::string_view field) { return field == "name" || field == "email" || field == "phone"; }

std::vector<std::string> search_words(std::string_view field, const JsonText& value) {
  std::vector<std::string> words;
  const bool phone = field == "phone";
  if (!is_searched_field(field)) return words;
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

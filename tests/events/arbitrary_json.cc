#include "tests/events/arbitrary_json.h"

#include <map>

namespace rapport {
namespace {

constexpr int kCharactersMax = 30;  // of at most 4 bytes each
constexpr int kElementsMax = 5;

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      byte(0xE0 | (c >> 12));
    } else {
      byte(0xF0 | (c >> 18));
      byte(0x80 | ((c >> 12) & 0x3F));
    }
    byte(0x80 | ((c >> 6) & 0x3F));
  }
  byte(0x80 | (c & 0x3F));
}

rc::Gen<char32_t> between(char32_t first, char32_t last) { return rc::gen::inRange<char32_t>(first, last + 1); }

rc::Gen<char32_t> arbitrary_visible() {
  return rc::gen::weightedOneOf<char32_t>({{8, between(0x20, 0x7E)},
                                           {2, rc::gen::element<char32_t>('"', '\\', '/', '{', '}', ':', ',', '[')},
                                           {1, between(0xA0, 0x7FF)},
                                           {1, between(0x800, 0xD7FF)},
                                           {1, between(0xE000, 0xFFFF)},
                                           {1, between(0x10000, 0x10FFFF)}});
}

rc::Gen<char32_t> arbitrary_character() {
  return rc::gen::weightedOneOf<char32_t>({{9, arbitrary_visible()}, {1, between(0, 0x1F)}, {1, between(0x7F, 0x9F)}});
}

rc::Gen<std::string> text_of(rc::Gen<char32_t> character) {
  return rc::gen::map(rc::gen::resize(kCharactersMax, rc::gen::container<std::u32string>(std::move(character))),
                      [](const std::u32string& characters) {
                        std::string out;
                        for (const char32_t c : characters) append_utf8(out, c);
                        return out;
                      });
}

rc::Gen<JsonText> text_of_number(rc::Gen<std::int64_t> number, std::string suffix) {
  return rc::gen::map(std::move(number),
                      [suffix](std::int64_t value) { return JsonText{std::to_string(value) + suffix}; });
}

}  // namespace

rc::Gen<std::string> arbitrary_text() { return text_of(arbitrary_character()); }

rc::Gen<std::string> arbitrary_name() { return rc::gen::nonEmpty(text_of(arbitrary_visible())); }

rc::Gen<std::string> arbitrary_word(const std::string& alphabet, std::size_t size_max) {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(1, size_max + 1), [alphabet](std::size_t size) {
    return rc::gen::container<std::string>(size, rc::gen::elementOf(alphabet));
  });
}

rc::Gen<JsonText> arbitrary_scalar() {
  return rc::gen::oneOf(rc::gen::element(JsonText{"null"}, JsonText{"true"}, JsonText{"false"},
                                         JsonText{"18446744073709551615"}, JsonText{"-9223372036854775808"}),
                        text_of_number(rc::gen::arbitrary<std::int64_t>(), ""),
                        text_of_number(rc::gen::inRange<std::int64_t>(-100'000, 100'000), ".5"),
                        rc::gen::map(arbitrary_text(), json_string));
}

rc::Gen<JsonText> arbitrary_object(int depth) {
  return rc::gen::map(rc::gen::resize(kElementsMax, rc::gen::container<std::map<std::string, JsonText>>(
                                                        arbitrary_text(), arbitrary_json(depth))),
                      [](const std::map<std::string, JsonText>& members) {
                        JsonText out;
                        JsonWriter json(out.text);
                        json.begin_object();
                        for (const auto& [key, value] : members) json.key(key).raw(value);
                        json.end_object();
                        return out;
                      });
}

rc::Gen<JsonText> arbitrary_json(int depth) {
  if (depth == 0) return arbitrary_scalar();
  auto array =
      rc::gen::map(rc::gen::resize(kElementsMax, rc::gen::container<std::vector<JsonText>>(arbitrary_json(depth - 1))),
                   [](const std::vector<JsonText>& elements) {
                     JsonText out;
                     JsonWriter json(out.text);
                     json.begin_array();
                     for (const auto& element : elements) json.raw(element);
                     json.end_array();
                     return out;
                   });
  return rc::gen::weightedOneOf<JsonText>({{4, arbitrary_scalar()}, {1, array}, {1, arbitrary_object(depth - 1)}});
}

rc::Gen<Fields> arbitrary_fields() {
  return rc::gen::resize(kElementsMax,
                         rc::gen::uniqueBy<Fields>(rc::gen::pair(arbitrary_name(), arbitrary_json()),
                                                   [](const Fields::value_type& field) { return field.first; }));
}

}  // namespace rapport

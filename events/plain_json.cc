#include "events/plain_json.h"

#include <simdjson.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "events/document_check.h"

namespace rapport::events_internal {
namespace {

using Kind = JsonNode::Kind;

constexpr std::size_t kDepthMax = 16;     // well below kEventDepthMax, which check_document() holds
constexpr std::size_t kDigitsMax = 18;    // fit into 64 bits, whichever they are
constexpr std::size_t kComparedMax = 32;  // keys of an object that are compared each with each

#ifdef __SSE2__
// One bit for each byte that no plain text has: a quote, a backslash, a control character.
unsigned marks(__m128i bytes) {
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}
#endif
constexpr bool is_mark(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Each function reads what stands next and moves behind it; false: it is not plain.
class PlainReader {
 public:
  PlainReader(std::string_view json, std::vector<JsonNode>& nodes)
      : at_(json.data()), end_(json.data() + json.size()), nodes_(nodes) {}

  bool document() { return here() == '{' && value({}, 0) && at_ == end_; }
  bool is_ascii() const { return high_bits_ == 0; }

 private:
  char here() const { return at_ < end_ ? *at_ : '\0'; }
  bool take(char mark) {
    if (here() != mark) return false;
    ++at_;
    return true;
  }

  bool value(std::string_view key, std::size_t depth) {
    const std::size_t index = nodes_.size();
    JsonNode& node = nodes_.emplace_back();
    node.key = key;
    node.as_written = true;
    switch (here()) {
      case '"': node.kind = Kind::text; return text(node.text);
      case '{': node.kind = Kind::object; return container(index, depth);
      case '[': node.kind = Kind::array; return container(index, depth);
      case 't':
        node.kind = Kind::boolean;
        node.number = 1;
        return literal("true", node);
      case 'f': node.kind = Kind::boolean; return literal("false", node);
      case 'n': return literal("null", node);
      default: return number(node);
    }
  }

  // What is said is between the quotes.
  bool text(std::string_view& said) {
    const char* const from = ++at_;
    skip_plain();
    said = {from, static_cast<std::size_t>(at_ - from)};
    return take('"');
  }

  // To the next mark, or the end.
  void skip_plain() {
    const char* at = at_;
#ifdef __SSE2__
    for (; end_ - at >= 16; at += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      high_bits_ |= static_cast<unsigned>(_mm_movemask_epi8(bytes));
      if (const unsigned found = marks(bytes)) {
        at_ = at + std::countr_zero(found);
        return;
      }
    }
#endif
    for (; at < end_ && !is_mark(*at); ++at) high_bits_ |= static_cast<unsigned char>(*at) & 0x80u;
    at_ = at;
  }

  bool literal(std::string_view spelling, JsonNode& node) {
    if (static_cast<std::size_t>(end_ - at_) < spelling.size() ||
        std::memcmp(at_, spelling.data(), spelling.size()) != 0) {
      return false;
    }
    node.text = {at_, spelling.size()};
    at_ += spelling.size();
    return true;
  }

  bool number(JsonNode& node) {
    const char* const from = at_;
    const bool negative = take('-');
    const char* const digits = at_;
    std::uint64_t number = 0;
    for (; is_digit(here()) && at_ - digits <= static_cast<std::ptrdiff_t>(kDigitsMax); ++at_) {
      number = number * 10 + static_cast<std::uint64_t>(*at_ - '0');
    }
    const auto count = static_cast<std::size_t>(at_ - digits);
    const bool leading_zero = count > 0 && *digits == '0' && (count > 1 || negative);
    const bool goes_on = here() != ',' && here() != '}' && here() != ']';
    if (count == 0 || count > kDigitsMax || leading_zero || goes_on) return false;
    node.kind = negative ? Kind::negative : Kind::natural;
    node.number = negative ? 0 - number : number;
    node.text = {from, static_cast<std::size_t>(at_ - from)};
    return true;
  }

  // The node at `index`.
  bool container(std::size_t index, std::size_t depth) {
    if (depth == kDepthMax) return false;
    const char* const from = at_++;
    const bool is_object = *from == '{';
    const bool is_empty = take(is_object ? '}' : ']');
    if (!is_empty && !(is_object ? members(index, depth + 1) : elements(depth + 1))) return false;
    nodes_[index].text = {from, static_cast<std::size_t>(at_ - from)};
    nodes_[index].span = static_cast<std::uint32_t>(nodes_.size() - index);
    return true;
  }

  bool elements(std::size_t depth) {
    do {
      if (!value({}, depth)) return false;
    } while (take(','));
    return take(']');
  }

  bool members(std::size_t parent, std::size_t depth) {
    std::uint64_t seen = 0;
    bool suspicious = false;
    do {
      std::string_view key;
      if (here() != '"' || !text(key) || !take(':') || !value(key, depth)) return false;
      const std::uint64_t bit = key_bit(key);
      suspicious = suspicious || (seen & bit) != 0;
      seen |= bit;
    } while (take(','));
    return take('}') && !(suspicious && may_have_key_twice(parent));
  }

  bool may_have_key_twice(std::size_t parent) const {
    std::array<std::string_view, kComparedMax> keys;
    std::size_t count = 0;
    for (std::size_t child = parent + 1; child < nodes_.size(); child += nodes_[child].span) {
      const std::string_view key = nodes_[child].key;
      const auto end = keys.begin() + static_cast<std::ptrdiff_t>(count);
      if (count == kComparedMax || std::find(keys.begin(), end, key) != end) return true;
      keys[count++] = key;
    }
    return false;
  }

  const char* at_;
  const char* const end_;
  std::vector<JsonNode>& nodes_;
  unsigned high_bits_ = 0;  // of bytes beyond ASCII, here and close behind
};

}  // namespace

const JsonNode* PlainJson::read(std::string_view json) {
  nodes_.clear();
  PlainReader reader(json, nodes_);
  if (!reader.document()) return nullptr;
  if (!reader.is_ascii() && !simdjson::validate_utf8(json.data(), json.size())) return nullptr;
  return nodes_.data();
}

}  // namespace rapport::events_internal

// A JSON document that has been read: an array of its values in the order in which they are written, each before those
// inside it. However it was read (plain_json.h, json_tree.h), the readers of events see only this.
//
// Invariants: no object has a key twice. Views live as long as what the document was read from. Internal to events/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "events/json_writer.h"

namespace rapport::events_internal {

struct JsonNode {
  // `negative` is an integer below zero, `natural` one that is not, `real` any other number.
  enum class Kind : std::uint8_t { null, boolean, negative, natural, real, text, array, object };
  class Children;

  std::string_view key;  // of an object's member, without quotes and escapes
  // Of a text what it says; of a real its canonical spelling; of others nothing, or where `as_written`, the spelling.
  std::string_view text;
  std::uint64_t number = 0;  // of a boolean, negative (as two's complement) and natural
  std::uint32_t span = 1;    // how many nodes it is, with all inside it
  Kind kind = Kind::null;
  bool as_written = false;  // the document's own spelling is the canonical one, and `text` stands in it

  bool is_null() const { return kind == Kind::null; }
  bool is_text() const { return kind == Kind::text; }
  bool is_object() const { return kind == Kind::object; }
  bool is_array() const { return kind == Kind::array; }
  // Of an object and an array.
  Children children() const;
};

class JsonNode::Children {
 public:
  class Iterator {
   public:
    explicit Iterator(const JsonNode* at) : at_(at) {}
    const JsonNode& operator*() const { return *at_; }
    Iterator& operator++() {
      at_ += at_->span;
      return *this;
    }
    friend bool operator==(Iterator, Iterator) = default;

   private:
    const JsonNode* at_;
  };

  explicit Children(const JsonNode& parent) : parent_(&parent) {}
  Iterator begin() const { return Iterator(parent_ + 1); }
  Iterator end() const { return Iterator(parent_ + parent_->span); }
  std::size_t size() const {
    std::size_t count = 0;
    for (auto child = begin(); child != end(); ++child) ++count;
    return count;
  }

 private:
  const JsonNode* parent_;
};

inline JsonNode::Children JsonNode::children() const { return Children(*this); }

// The value as JSON text in one canonical spelling, so that equal values are equal texts.
JsonText canonical_json(const JsonNode& node);
void append_canonical(std::string& out, const JsonNode& node);

}  // namespace rapport::events_internal

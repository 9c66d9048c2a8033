// Reads the members of one JSON object into typed values and remembers the first rule that was broken, so that a
// payload's reader is a list of its members and one look at the end.
//
// Invariants: after the first error every further read gives an empty value; error() names the member's path.
// Internal to events/.
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/json_node.h"
#include "events/payload.h"
#include "events/result.h"

namespace rapport::events_internal {

// How many bytes a text has at least and at most. A name has no control characters besides.
struct TextRule {
  static constexpr std::size_t kAnySize = 256 * 1024;

  std::size_t size_min = 0;
  std::size_t size_max = kAnySize;
  bool is_name = false;
};

constexpr TextRule name_rule(std::size_t size_max) { return {1, size_max, true}; }

class JsonObjectReader {
 public:
  struct Member {
    const JsonNode* node;
    bool asked = false;
  };

  // `path` is the object's own, empty for the event. Neither it nor the object's document is copied.
  JsonObjectReader(const JsonNode& object, std::string_view path);

  bool failed() const { return error_.has_value(); }
  const Error& error() const { return *error_; }
  void fail(std::string_view member, std::string detail);
  // Takes over an error of a reader of something inside this object, whose path is whole already.
  void fail(const Error& error);

  // Whether the object names the member, be it null; and whether it names it with a value. Asked before it is read.
  bool has(std::string_view name);
  bool has_value(std::string_view name);

  // Null where the member is absent or null. Each member is read once, by this or by one of the reads below, best in
  // the order in which they are mostly written.
  const JsonNode* member(std::string_view name) {
    Member* const found = find(name);
    if (found == nullptr) return nullptr;
    found->asked = true;
    while (first_unasked_ < members_.size() && members_[first_unasked_].asked) ++first_unasked_;
    return failed() || found->node->is_null() ? nullptr : found->node;
  }

  std::optional<std::string> text(std::string_view name, TextRule rule = {});
  std::string required_text(std::string_view name, TextRule rule = {1});
  // The same without a copy; it lives as long as the object's document.
  std::optional<std::string_view> text_view(std::string_view name, TextRule rule = {});
  std::string_view required_text_view(std::string_view name, TextRule rule = {1});
  // A string, or an integer read as its decimal string.
  std::optional<std::string> label(std::string_view name, TextRule rule);
  std::string required_label(std::string_view name, TextRule rule);
  std::optional<std::uint64_t> integer(std::string_view name, std::uint64_t max);
  std::uint64_t required_integer(std::string_view name, std::uint64_t min, std::uint64_t max);
  std::optional<bool> boolean(std::string_view name);
  std::optional<Timestamp> time(std::string_view name);
  // The index in `names` of the member's text.
  std::optional<std::size_t> choice(std::string_view name, std::span<const std::string_view> names);
  std::size_t required_choice(std::string_view name, std::span<const std::string_view> names);
  std::vector<std::string> texts(std::string_view name, TextRule rule, std::size_t count_max);
  const JsonNode* object(std::string_view name);
  std::string member_path(std::string_view name) const;

  // Where the member stands among the object's, which has it.
  std::size_t index_of(std::string_view name) const;
  // All members in the publisher's order, and whether one of the reads above asked for it.
  std::span<const Member> members() const { return members_; }

  // Refuses every member that none of the reads above asked for: a misspelt change must not vanish.
  void refuse_unknown();

 private:
  Member* find(std::string_view name) {
    Member* const end = members_.data() + members_.size();
    for (Member* member = members_.data() + first_unasked_; member < end; ++member) {
      if (member->node->key == name) return member;
    }
    return nullptr;
  }
  bool obeys(std::string_view text, TextRule rule, std::string_view member);

  static constexpr std::size_t kMembersInPlace = 16;

  boost::container::small_vector<Member, kMembersInPlace> members_;
  std::size_t first_unasked_ = 0;  // all before it have been read, so that find() passes them over
  std::string_view path_;
  std::optional<Error> error_;
};

}  // namespace rapport::events_internal

// Reads the members of one JSON object into typed values and remembers the first rule that was broken, so that a
// payload's reader is a list of its members and one look at the end.
//
// Invariants: after the first error every further read gives an empty value; error() names the member's path.
// Internal to events/: the only header that shows simdjson.
#pragma once

#include <simdjson.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/payload.h"
#include "events/result.h"

namespace rapport::events_internal {

namespace dom = simdjson::dom;

struct TextRule {
  std::size_t size_min = 0;
  std::size_t size_max = kEventTextMax;
  static constexpr std::size_t kEventTextMax = 256 * 1024;
};

class JsonObjectReader {
 public:
  JsonObjectReader(dom::object object, std::string path) : object_(object), path_(std::move(path)) {}

  bool failed() const { return error_.has_value(); }
  const Error& error() const { return *error_; }
  void fail(std::string_view member, std::string detail);

  // A member that is absent or null is nullopt.
  std::optional<dom::element> member(std::string_view name);
  bool has(std::string_view name);

  std::optional<std::string> text(std::string_view name, TextRule rule = {});
  std::string required_text(std::string_view name, TextRule rule = {1, TextRule::kEventTextMax});
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
  std::optional<dom::object> object(std::string_view name);
  std::string member_path(std::string_view name) const;

  // Refuses every member that none of the reads above asked for: a misspelt change must not vanish.
  void refuse_unknown();

  dom::object object_value() const { return object_; }

 private:
  static constexpr std::size_t kMembersMax = 16;

  dom::object object_;
  std::string path_;
  std::optional<Error> error_;
  std::array<std::string_view, kMembersMax> asked_;
  std::size_t asked_count_ = 0;
};

}  // namespace rapport::events_internal

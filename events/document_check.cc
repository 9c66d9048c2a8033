#include "events/document_check.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "events/event.h"
#include "events/text.h"

namespace rapport::events_internal {
namespace {

namespace dom = simdjson::dom;

// Errors carry the path below the value they come from, beginning with its separator: ".key" or "[3]".
std::optional<Error> check_children(dom::element value, std::size_t depth);

bool has_children(dom::element value) { return value.is_object() || value.is_array(); }

std::optional<Error> at(std::string path, std::optional<Error> error) {
  error->field.insert(0, path);
  return error;
}

std::optional<Error> check_array(dom::array array, std::size_t depth) {
  std::size_t i = 0;
  for (const dom::element child : array) {
    auto error = has_children(child) ? check_children(child, depth) : std::nullopt;
    if (error) return at("[" + std::to_string(i) + "]", std::move(error));
    ++i;
  }
  return std::nullopt;
}

constexpr std::size_t kFewKeys = 32;
using Keys = boost::container::small_vector<std::string_view, kFewKeys>;

// Few keys are compared each with each, which is soon done; many are sorted, or a large object would cost its square.
Keys::const_iterator find_twice(Keys& keys) {
  if (keys.size() > kFewKeys) {
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.cbegin(), keys.cend());
  }
  for (auto key = keys.cbegin(); key != keys.cend(); ++key) {
    if (std::find(keys.cbegin(), key, *key) != key) return key;
  }
  return keys.cend();
}

std::optional<Error> compare_keys(dom::object object) {
  Keys keys;
  for (const auto field : object) keys.push_back(field.key);
  const auto twice = find_twice(keys);
  if (twice == keys.cend()) return std::nullopt;
  return Error{Errc::duplicate_key, "stands twice in its object", "." + shown(*twice)};
}

std::optional<Error> check_object(dom::object object, std::size_t depth) {
  // The bits find most objects clean without a comparison of keys.
  std::uint64_t seen = 0;
  bool suspicious = false;
  for (const auto [key, value] : object) {
    const std::uint64_t bit = key_bit(key);
    suspicious = suspicious || (seen & bit) != 0;
    seen |= bit;
    if (!has_children(value)) continue;
    if (auto error = check_children(value, depth)) return at("." + shown(key), std::move(error));
  }
  return suspicious ? compare_keys(object) : std::nullopt;
}

std::optional<Error> check_children(dom::element value, std::size_t depth) {
  if (depth == kEventDepthMax) {
    return Error{Errc::too_deep, "is nested deeper than " + std::to_string(kEventDepthMax) + " levels"};
  }
  return value.is_object() ? check_object(dom::object(value), depth + 1) : check_array(dom::array(value), depth + 1);
}

}  // namespace

Error json_error(simdjson::error_code code) {
  switch (code) {
    case simdjson::DEPTH_ERROR:
      return {Errc::too_deep, "is nested deeper than " + std::to_string(kEventDepthMax) + " levels"};
    case simdjson::NUMBER_ERROR:
      return {Errc::invalid_json, "has a number that is neither a 64-bit integer nor a finite double"};
    case simdjson::UTF8_ERROR: return {Errc::invalid_json, "is not UTF-8"};
    case simdjson::EMPTY: return {Errc::invalid_json, "is empty"};
    default: return {Errc::invalid_json, "is not JSON: " + std::string(simdjson::error_message(code))};
  }
}

std::optional<Error> check_document(dom::object root) {
  auto error = check_object(root, 1);
  if (!error) return std::nullopt;
  error->field.erase(0, 1);
  return error;
}

}  // namespace rapport::events_internal

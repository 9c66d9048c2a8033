// The chance in random tests: a fixed engine and modulo, because the standard's distributions differ between libraries
// and a seed must mean the same everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace rapport::model {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // 0 .. count - 1
  std::uint64_t below(std::uint64_t count) { return engine_() % count; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }

  // `choices` is not empty.
  template <class Choices>
  const auto& pick(const Choices& choices) {
    return choices[static_cast<std::size_t>(below(choices.size()))];
  }
  std::string text(std::span<const std::string_view> choices) { return std::string(pick(choices)); }
  std::optional<std::string> text_or_none(std::span<const std::string_view> choices) {
    if (one_in(3)) return std::nullopt;
    return text(choices);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rapport::model

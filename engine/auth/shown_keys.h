// What the texts of good keys say, remembered, since hashing a secret is a sixth of what a small read takes.
//
// Invariants:
// - No secret is kept, but a tag of the whole text under a key that this process drew (SipHash-2-4 with 128 bits:
//   Aumasson and Bernstein, 2012): nobody without that key finds another text of the same tag.
// - It says nothing of whether the key is good now. Only texts of good keys are kept, so nobody pushes them out by
//   guessing, and all others take the same time.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace rapport {

struct ShownKey {
  std::string id;
  std::string secret_hash;  // as hash_secret() says it
};

// Thread-safe.
class ShownKeys {
 public:
  ShownKeys();
  ~ShownKeys();
  ShownKeys(const ShownKeys&) = delete;
  ShownKeys& operator=(const ShownKeys&) = delete;

  // What was kept for the text, unless another one of its place was since.
  std::optional<ShownKey> find(std::string_view text) const;
  void keep(std::string_view text, ShownKey key);

 private:
  static constexpr std::size_t kPlaces = 256;
  using Tag = std::array<unsigned char, 16>;
  struct Kept {
    Tag tag;
    ShownKey key;
  };
  Tag tag_of(std::string_view text) const;

  std::array<unsigned char, 16> drawn_;
  mutable std::mutex mutex_;
  std::array<std::optional<Kept>, kPlaces> kept_;  // by the tag's first byte
};

}  // namespace rapport

#include "engine/auth/shown_keys.h"

#include <sodium.h>

#include "events/result.h"

namespace rapport {

ShownKeys::ShownKeys() {
  static_assert(sizeof(Tag) == crypto_shorthash_siphashx24_BYTES);
  static_assert(sizeof drawn_ == crypto_shorthash_siphashx24_KEYBYTES);
  if (sodium_init() < 0) panic("libsodium does not start");
  randombytes_buf(drawn_.data(), drawn_.size());
}

ShownKeys::~ShownKeys() { sodium_memzero(drawn_.data(), drawn_.size()); }

ShownKeys::Tag ShownKeys::tag_of(std::string_view text) const {
  Tag tag;
  crypto_shorthash_siphashx24(tag.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                              drawn_.data());
  return tag;
}

std::optional<ShownKey> ShownKeys::find(std::string_view text) const {
  const Tag tag = tag_of(text);
  const std::lock_guard lock(mutex_);
  const std::optional<Kept>& kept = kept_[tag.front()];
  if (!kept || kept->tag != tag) return std::nullopt;
  return kept->key;
}

void ShownKeys::keep(std::string_view text, ShownKey key) {
  const Tag tag = tag_of(text);
  const std::lock_guard lock(mutex_);
  kept_[tag.front()] = Kept{tag, std::move(key)};
}

}  // namespace rapport

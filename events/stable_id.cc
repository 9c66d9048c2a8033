#include "events/stable_id.h"

#include <sodium.h>

#include <cstdint>

#include "events/bytes_text.h"

namespace rapport {

std::string stable_id(std::initializer_list<std::string_view> facts) {
  crypto_generichash_state state;
  unsigned char hash[16];
  crypto_generichash_init(&state, nullptr, 0, sizeof hash);
  for (const auto fact : facts) {
    unsigned char size[8];
    for (std::size_t i = 0; i < sizeof size; ++i)
      size[i] = static_cast<unsigned char>(std::uint64_t{fact.size()} >> (8 * i));
    crypto_generichash_update(&state, size, sizeof size);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(fact.data()), fact.size());
  }
  crypto_generichash_final(&state, hash, sizeof hash);
  return to_hex({reinterpret_cast<const char*>(hash), sizeof hash});
}

}  // namespace rapport

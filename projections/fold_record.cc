#include "projections/fold_record.h"

#include "projections/digest.h"

namespace rapport {

std::uint64_t record_hash(std::string_view key, std::optional<std::string_view> value) {
  const std::uint64_t of_key = hash64(key);
  return value ? of_key * 0x9E3779B97F4A7C15ULL + hash64(*value) : of_key;
}

}  // namespace rapport

// The Idempotency-Key header: a caller's name for one write, so that a retry is not a second one. docs/writing.md says
// what it promises, and for how long.
#pragma once

#include <optional>
#include <string>

#include "engine/http/router.h"
#include "events/payload.h"

namespace rapport {

inline constexpr std::size_t kIdempotencyKeySizeMax = 256;

// Of an event that a keyed request wrote: the hash of that request, an extension attribute.
inline constexpr std::string_view kRequestHashAttribute = "requesthash";

struct IdempotencyKey {
  std::string text;
  std::string request_hash;  // of who asks, and the whole request

  // The id of the request's event number `index`: the same for each retry.
  std::string event_id(std::size_t index) const;
  // What a fresh id of the kind is claimed under: the first claim's is every retry's.
  Identity claim(IdKind kind) const;
};

// 1 to kIdempotencyKeySizeMax printable ASCII characters but ", between two of which they may stand. `body`: the
// request's, whole. Errors: invalid_argument, the field "Idempotency-Key".
[[nodiscard]] Result<std::optional<IdempotencyKey>> idempotency_key_of(const RequestContext& context,
                                                                       std::string_view body);

}  // namespace rapport

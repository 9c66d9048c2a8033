// What a parked record says: nobody knows of whom it speaks, so it stands in the log under a key of the day on which it
// was parked, and is dropped with all of that day's when that key is destroyed.
//
//   {"reason":"invalid_json","raw":"xchacha20poly1305:20784:<base64: nonce, reason and bytes,
//   tag>","origin":"t.inbox/3/17"}
//
// The reason's code and the origin stay in clear, and are bound: the seal breaks if they change. The rows hold it as
// the log does; it is opened when it is read.
#pragma once

#include <optional>

#include "engine/seal/contact_keys.h"
#include "events/payload.h"

namespace rapport {

struct ParkedContent {
  std::string reason;
  std::string raw;  // base64 of the bytes, as event.parked has it
};

// Parked on the day of `when`. Where that day's key is destroyed already, nobody reads it any more.
// Errors: storage_failed, corrupt; invalid_argument (`raw` is not base64).
[[nodiscard]] Result<EventParked> seal_parked(ContactKeys& keys, const EventParked& parked, Timestamp when);

// As it is where it stands in clear. Nothing: it was dropped. `keys` is null where the log has none.
// Errors: storage_failed; corrupt (the key is missing, or the seal is broken).
[[nodiscard]] Result<std::optional<ParkedContent>> open_parked(const ContactKeys* keys, const EventParked& parked);

}  // namespace rapport

// What a parked record says stands in the log under a key of the day on which it was parked, and is dropped with all of
// that day's when that key is destroyed. Where it still names the contact it was meant for, it is enciphered under that
// one's key first, and goes with it, if that is sooner.
//
//   {"reason":"invalid_json","raw":"xchacha20poly1305:20784:<base64>","origin":"t.inbox/3/17"}
//                            20784:1042:<base64>   of contact 1042
//
//   base64 of: nonce, what is enciphered, tag; in that the reason and the bytes, or of a contact nonce, these, tag
//
// The reason's code and the origin stay in clear, and are bound: the seal breaks if they change. The rows hold it as
// the log does; it is opened when it is read.
#pragma once

#include <optional>

#include "engine/seal/contact_keys.h"
#include "events/payload.h"
#include "events/subject.h"

namespace rapport {

struct ParkedContent {
  std::string reason;
  std::string raw;  // base64 of the bytes, as event.parked has it
};

// Whom a record's bytes name as their subject, also where they are no event, or the first of one alone.
std::optional<Subject> subject_named_in(std::string_view bytes);

// Parked on the day of `when`; `contact`: whom it is about, where that is known. Where that day's or that one's key is
// destroyed already, nobody reads it any more.
// Errors: storage_failed, corrupt; log_unavailable, of keys that machines share; invalid_argument (`raw` is not
// base64).
[[nodiscard]] Result<EventParked> seal_parked(ContactKeys& keys, const EventParked& parked,
                                              std::optional<ContactId> contact, Timestamp when);

// As it is where it stands in clear. Nothing: it was dropped, or erased. `keys` is null where the log has none.
// Errors: storage_failed; corrupt (the key is missing, or the seal is broken).
[[nodiscard]] Result<std::optional<ParkedContent>> open_parked(const ContactKeys* keys, const EventParked& parked);

}  // namespace rapport

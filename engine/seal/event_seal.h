// How an event of a contact stands in the log: its envelope in clear, all that it says enciphered under the contact's
// key. A CloudEvent still, with data_base64 for data:
//
//   {"specversion":"1.0","id":"01J9...","source":"channel/web","type":"contact.changed","subject":"contact/1042",
//    "time":"...","enc":"xchacha20poly1305","data_base64":"<nonce, the event as it was, tag>"}
//    `---------------------- bound: the seal breaks if it changes ------------'
//
// In clear stands contact.erased as a whole, and of others what the log, a repeat and an expected version go by: id,
// source, type, subject, time, expectedversion, correlationid, causationid; and the data of types that only name
// contacts (merges, deletion).
//
// An identity says who a person is, so the log has a keyed hash of its external id in place of it ("~" + 22 letters),
// both as a claim's key and in what the claim says; in what a contact's events say it is whole, and enciphered.
//
// Invariants: an event whose key is destroyed still opens, as one that says nothing: what it counts for in its
// contact's stream is the same as before. Thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/seal/contact_keys.h"
#include "events/event_decoder.h"

namespace rapport {

// Whether a record's bytes are an event sealed as above: for whoever has no keys, and must not take it for one that
// says nothing, or for none.
bool is_sealed(std::string_view value);

class EventSeal {
 public:
  explicit EventSeal(std::shared_ptr<ContactKeys> keys) : keys_(std::move(keys)) {}

  ContactKeys& keys() const { return *keys_; }

  Identity hide(const Identity& identity) const;
  // The event with its identity hidden, if it is about one.
  Event hide_identity(const Event& event) const;

  // The bytes for the log of an event and its encoded text: sealed where it is about a contact, else as they are. The
  // contact has a key (ContactKeys::make_missing). What comes for an erased one is sealed under a key that nobody
  // keeps. Errors: storage_failed, corrupt, internal (there is no key).
  [[nodiscard]] Result<std::string> seal(const Event& event, std::string text) const;

  // The event that a record's bytes hold. Nothing: they are not sealed. Errors: those of the decoder; corrupt (the key
  // is missing, or the seal is broken: not the event's fault, so it must not be passed by); storage_failed.
  [[nodiscard]] std::optional<Result<Event>> open(EventDecoder& decoder, std::string_view key,
                                                  std::string_view value) const;

 private:
  const std::shared_ptr<ContactKeys> keys_;
};

}  // namespace rapport

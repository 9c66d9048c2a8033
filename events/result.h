// Result<T> and Error: how every fallible call of Rapport answers.
//
// Invariants:
// - An Error carries facts (what was expected, what was found), never a stack trace and never a secret.
// - Whether a failure is worth a retry is a property of its code, held in one table (errc_retriable).
// - Result is never dropped silently: functions that return one are [[nodiscard]].
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rapport {

enum class Errc : std::uint8_t {
  // What a caller sent.
  invalid_json,            // the bytes are not one JSON document
  invalid_event,           // a rule of EVENTS.md is broken; `field` says which member
  invalid_argument,        // a parameter, header or option is malformed
  duplicate_key,           // a JSON object says one key twice
  too_large,               // a named size limit is exceeded
  too_deep,                // JSON nested deeper than the limit
  future_time,             // an event's time is too far ahead of the engine's clock
  id_not_given_out,        // an id inside a range the engine hands out from, which it has not handed out
  too_many_fields,         // a contact would exceed its limit of fields
  too_many_tags,           // a contact would exceed its limit of tags
  duplicate_record,        // a name that must be unique is taken
  idempotency_key_in_use,  // the first request with that key is still under way
  idempotency_key_reused,  // the key came with another request before
  // What the fold decided.
  wrong_expected_version,  // the contact has moved on from the version the writer saw
  contact_deleted,         // the contact is deleted
  contact_erased,          // the contact is erased
  company_deleted,         // the company is deleted
  identity_taken,          // another claim of the identity came first
  identity_not_held,       // the contact to be released does not hold the identity
  ids_overlap,             // a reservation of ids overlaps an earlier one
  // What was looked for.
  not_found,
  unauthorized,  // no key, or one that is not known, expired or revoked
  forbidden,     // the key lacks the scope
  method_not_allowed,
  unsupported_media_type,
  position_of_other_log,  // a position token made for another log
  position_gone,          // the log no longer holds that position
  cursor_expired,         // the view that a list's pages show is kept no longer
  wait_timeout,           // the fold did not reach the position in time
  // What went wrong on our side.
  log_unavailable,  // the log cannot take or give records now
  overloaded,       // a bounded queue is full
  shutting_down,
  unreachable,     // a server or peer did not answer: no such host, refused, closed early, silent for too long
  storage_failed,  // the disk said no: full, read-only, I/O error
  corrupt,         // bytes that we wrote do not read back as we wrote them
  locked,          // another process holds the data directory
  wrong_format,    // a data directory or topic made by another version or with other settings
  internal,        // our own bug
};

// The code's name as users see it, for example "wrong_expected_version".
std::string_view errc_name(Errc code);

// Whether the same call may succeed later without a change by the caller.
bool errc_retriable(Errc code);

struct Error {
  Errc code = Errc::internal;
  std::string detail;      // one sentence of facts, for a person
  std::string field = {};  // the member, parameter, line or path it is about; empty when there is none

  friend bool operator==(const Error&, const Error&) = default;
};

// "wrong_expected_version: contact 42 is at 7, expected 5" or "invalid_event: data.caseId: is missing".
std::string to_string(const Error& error);

template <class T>
using Result = boost::system::result<T, Error>;

// Found by argument-dependent lookup from Result::value(). Reaching it is our bug: check before you take the value.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

// Ends the process, in release too: for broken invariants, which no caller can handle.
[[noreturn]] void panic(std::string_view why);

}  // namespace rapport

// Returns the error of `expression` from the current function, or goes on.
#define RAPPORT_TRY(expression)                                        \
  if (auto rapport_tried = (expression); !rapport_tried.has_value()) { \
    return std::move(rapport_tried).error();                           \
  }

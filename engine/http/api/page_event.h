// One thing that a web page says its visitor did, as an event of the log.
//
// Invariants:
// - Whoever looks at the page can say anything under its key, so nothing of it is believed. The event is of the
//   visitor's own identity and of no other subject, its type is one of a short list, its data has the members of a
//   short list, and it has no time, no expected version and no actor of its own.
// - Of fields, only those are set that the key lists, and none is removed.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "engine/auth/key_ring.h"
#include "events/event_decoder.h"

namespace rapport {

inline constexpr std::size_t kPageFieldBytesMax = 1'024;  // of a field's value
// Where identify() puts the name that the visitor said, whoever holds it.
inline constexpr std::string_view kClaimedIdField = "claimedId";

struct PageEvent {
  Event event;
  std::optional<Identity> claimed;  // of identify(): the name that the visitor said, to be claimed where it is free
};

// `said` is {"id","type","data"}: visit.started, visit.ended, page.viewed, chat.started, chat.message, or identify.
// Errors: invalid_argument, and the decoder's; `field` is the member.
[[nodiscard]] Result<PageEvent> read_page_event(EventDecoder& decoder, const PageKey& key, const std::string& visitor,
                                                const boost::json::value& said);

}  // namespace rapport

// What the script of a web page sends (docs/channel.md): a public key, a visitor, and what the visitor did.
//
//   {"key":"rk_...","visitor":"<32 hex digits>","events":[{"id":"<32 hex digits>","type":"page.viewed","data":{...}}]}
//
// The key stands in the body because a beacon, which leaves with the page, has no header of its own.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "events/result.h"

namespace rapport {

inline constexpr std::size_t kPageMessageBytesMax = 64u << 10;  // as much as a browser sends of a page that is left
inline constexpr std::size_t kPageEventsMax = 20;

struct PageMessage {
  std::string key;            // as it came
  std::string visitor;        // 128 random bits: whoever knows them may add to that visitor, and nobody guesses them
  boost::json::array events;  // 1 to kPageEventsMax, whatever they are (page_event.h)
};

// 32 lower-case hex digits, as the script draws the ids of visitors and events.
bool is_page_id(std::string_view text);

// Errors: invalid_json, invalid_argument, too_large; `field` is the member.
[[nodiscard]] Result<PageMessage> parse_page_message(const std::string& body);

}  // namespace rapport

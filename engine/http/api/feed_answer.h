// How a feed is written, whoever's events it tells: Server-Sent Events (HTML, section 9.2).
#pragma once

#include <string>
#include <string_view>

#include "engine/http/api/api_services.h"

namespace rapport {

inline constexpr std::string_view kFeedRetry = "retry: 2000\n";
inline constexpr std::string_view kFeedProblem = "problem";  // the event that tells an error, and ends a feed

// Why a feed ends whose key or session has ended before it.
inline constexpr const char* kFeedNoLongerAllowed = "the key is revoked, or expired, or the session ended";

void append_feed_problem(std::string& text, const Error& error, const std::string& request_id);

// The answer that begins there; its stream is the caller's.
HttpResponse feed_answer(const ApiServices& services, const Positions& start, bool endless);

}  // namespace rapport

// What the routes of the compatible API have in common: its error types, and how `select` and `relations` are spelled.
#pragma once

#include <set>
#include <string>

#include "engine/http/router.h"
#include "events/json_writer.h"

namespace rapport {

// A problem whose code is that API's error type, and whose status is one that it has.
HttpResponse compatible_problem(const RequestContext& context, const Error& error);
// Of who has no good key, or not the scope. A limit of requests is not known there: it is told as everywhere.
HttpResponse compatible_refusal(const RequestContext& context, const Error& error);

// The names in a parameter: repeated ("relations[]=a&relations[]=b"), bare, comma- or bar-separated.
using NameSet = std::set<std::string, std::less<>>;
NameSet names_of(const HttpRequest& request, const std::string& parameter);

// A page of a list by number, {"data":{"page":0,"offset":0,"limit":20,"count":N,"data":[...]}}: it counts from `page`
// and `limit`, as that API's clients do.
struct NumberedPage {
  std::size_t page = 0;
  std::size_t limit = 20;

  std::size_t offset() const { return page * limit; }
  bool shows(std::size_t index) const { return index >= offset() && index < offset() + limit; }
};

inline constexpr std::size_t kNumberedPageMax = 500;  // things on a page
inline constexpr std::size_t kPageNumberMax = 1'000'000;
// Of what a page holds. It has no place to go on from, so one that comes to more is refused.
inline constexpr std::size_t kNumberedPageBytesMax = 64u << 20;
Error page_too_large();
[[nodiscard]] inline Result<void> check_page_bytes(std::size_t bytes) {
  return bytes > kNumberedPageBytesMax ? Result<void>(page_too_large()) : Result<void>();
}

// Errors: invalid_argument, the field "page" or "limit".
[[nodiscard]] Result<NumberedPage> numbered_page_of(const HttpRequest& request);
// `items`: the page's things, written one behind the other with commas; `count`: how many there are on all pages.
HttpResponse numbered_page_response(const NumberedPage& page, std::size_t count, const std::string& items);

// {"data":...}
HttpResponse data_response(const std::string& data);

}  // namespace rapport

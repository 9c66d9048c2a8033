// Visits of an access log as events.
//
// Per visitor, once and before all else: contact.client.changed, what the user agent says plainly and the whole of it
// in clientDetails.ua. Per visit: visit.started, then a page.viewed per page. Each is addressed to
//
//   identity/<channel>:<client address>-<16 hex digits, a hash of the user agent>
//
// Invariants:
// - An event's time is the log's; its id is a hash of what the log says (visitor, time, target and, among equals, the
//   how manieth it is), never of the file or the line. So the same log, or a longer one with the same beginning, gives
//   the same events again, and the engine folds them once. But for a visit that was under way at the shorter one's end:
//   where its first request was still being answered then (a server writes its line at its end), the longer one has
//   another visit, which began before.
// - A visitor's events are in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "tools/rapport/import/visit_splitter.h"

namespace rapport {

struct AccessLogEventsOptions {
  std::string source = "import/access-log";  // the events' source
  std::string channel = "web";               // the identities' channel
  std::string site;                          // put before targets that begin with "/", for example https://shop.example
};

Identity visitor_identity(const Visitor& visitor, const std::string& channel);

class AccessLogEvents {
 public:
  // `visitors` and what `visits` point to must outlive this.
  AccessLogEvents(const std::vector<Visitor>& visitors, std::vector<LoggedVisit> visits,
                  AccessLogEventsOptions options);

  // Appends the next event and a newline to `out`; false, and nothing appended, after the last one.
  bool append_next(std::string& out);

  // How many events there are in all.
  std::uint64_t size() const { return size_; }

 private:
  Event client_changed(const LoggedVisit& visit) const;
  Event visit_started(const LoggedVisit& visit) const;
  Event page_viewed(const LoggedVisit& visit, std::size_t page);
  std::string url_of(std::string_view target) const;
  std::string visit_id(const LoggedVisit& visit) const;

  const std::vector<Visitor>& visitors_;
  std::vector<LoggedVisit> visits_;
  AccessLogEventsOptions options_;
  std::uint64_t size_ = 0;

  enum class Step : std::uint8_t { client, visit, pages };
  std::size_t visit_ = 0;
  Step step_ = Step::client;
  std::size_t page_ = 0;
};

}  // namespace rapport

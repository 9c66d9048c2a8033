// Requests to visits: who came (one visitor per client address and user agent) and when they stayed (a visit ends when
// 30 minutes pass without a request).
//
// Invariants:
// - The result depends on the requests, not on the order of the lines: servers write a line when a request ends.
// Requests
//   of one second keep the order of their lines.
// - Every request is activity, also one that failed or fetched an asset; only pages (page_rule.h) are page views.
//
// Memory: the requests, 32 bytes each, and each different target, referrer and user agent once.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/timestamp.h"
#include "tools/rapport/import/access_log_line.h"

namespace rapport {

inline constexpr std::int64_t kVisitGapMs = 30 * 60 * 1000;

// Texts here point into the splitter, and live as long as it does.
struct Visitor {
  std::string_view address;
  std::optional<std::string_view> user_agent;
};

struct PageView {
  Timestamp time;
  std::string_view target;
};

struct LoggedVisit {
  std::uint32_t visitor = 0;    // into VisitSplitter::visitors()
  bool is_first = false;        // of its visitor
  Timestamp begin, end;         // of the first and the last request
  std::string_view target;      // of the first page, or where there is none of the first request; may be empty
  std::string_view referrer;    // of that request; empty where there is none
  std::vector<PageView> pages;  // in order
};

class VisitSplitter {
 public:
  void add(const AccessLogRequest& request);

  std::size_t request_count() const { return requests_.size(); }
  const std::vector<Visitor>& visitors() const { return visitors_; }

  // The visits of all that was added, by their beginning: a visitor's visits are in order.
  std::vector<LoggedVisit> split();

 private:
  struct Request {
    Timestamp time;
    std::uint32_t visitor;
    std::uint32_t target;
    std::uint32_t referrer;
    bool is_page;
  };

  std::uint32_t intern(std::string_view text);

  std::deque<std::string> texts_{""};  // a deque: the views into it stay valid
  std::unordered_map<std::string_view, std::uint32_t> text_numbers_{{texts_.front(), 0}};
  std::vector<Visitor> visitors_;
  std::unordered_map<std::uint64_t, std::uint32_t> visitor_numbers_;  // by the numbers of address and user agent
  std::vector<Request> requests_;
};

}  // namespace rapport

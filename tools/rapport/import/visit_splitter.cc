#include "tools/rapport/import/visit_splitter.h"

#include <algorithm>

#include "tools/rapport/import/page_rule.h"

namespace rapport {

std::uint32_t VisitSplitter::intern(std::string_view text) {
  const auto known = text_numbers_.find(text);
  if (known != text_numbers_.end()) return known->second;
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  text_numbers_.emplace(texts_.back(), number);
  return number;
}

void VisitSplitter::add(const AccessLogRequest& request) {
  const std::uint32_t address = intern(request.address);
  // The empty text is number 0, and no log has an empty user agent: 0 means none.
  const std::uint32_t user_agent = request.user_agent ? intern(*request.user_agent) : 0;
  const std::uint64_t key = (std::uint64_t{address} << 32) | user_agent;
  const auto [entry, is_new] = visitor_numbers_.emplace(key, static_cast<std::uint32_t>(visitors_.size()));
  if (is_new) {
    Visitor visitor{.address = texts_[address], .user_agent = std::nullopt};
    if (user_agent != 0) visitor.user_agent = texts_[user_agent];
    visitors_.push_back(visitor);
  }
  requests_.push_back({.time = request.time,
                       .visitor = entry->second,
                       .target = intern(request.target),
                       .referrer = request.referrer ? intern(*request.referrer) : 0,
                       .is_page = is_page(request)});
}

std::vector<LoggedVisit> VisitSplitter::split() {
  std::stable_sort(requests_.begin(), requests_.end(),
                   [](const Request& a, const Request& b) { return a.time < b.time; });
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<LoggedVisit> visits;
  std::vector<std::size_t> current(visitors_.size(), kNone);  // each visitor's visit
  for (const Request& request : requests_) {
    std::size_t& index = current[request.visitor];
    const bool is_first = index == kNone;
    if (is_first || request.time.ms - visits[index].end.ms >= kVisitGapMs) {
      index = visits.size();
      visits.push_back({.visitor = request.visitor,
                        .is_first = is_first,
                        .begin = request.time,
                        .end = request.time,
                        .target = texts_[request.target],
                        .referrer = texts_[request.referrer],
                        .pages = {}});
    }
    LoggedVisit& visit = visits[index];
    visit.end = request.time;
    if (!request.is_page) continue;
    if (visit.pages.empty()) {
      visit.target = texts_[request.target];
      visit.referrer = texts_[request.referrer];
    }
    visit.pages.push_back({.time = request.time, .target = texts_[request.target]});
  }
  return visits;
}

}  // namespace rapport

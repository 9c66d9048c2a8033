#include "tools/rapport/import/access_log_events.h"

#include <algorithm>
#include <utility>

#include "events/event_encoder.h"
#include "events/stable_id.h"
#include "tools/rapport/import/user_agent.h"

namespace rapport {
namespace {

ClientChanges client_attributes(const Visitor& visitor) {
  ClientChanges client{{ClientAttribute::type, json_string("web")}};
  if (!visitor.user_agent) return client;
  const UserAgent agent = read_user_agent(*visitor.user_agent);
  const auto put = [&](ClientAttribute attribute, const std::optional<std::string>& value) {
    if (value) client.emplace_back(attribute, json_string(*value));
  };
  put(ClientAttribute::name, agent.name);
  put(ClientAttribute::version, agent.version);
  put(ClientAttribute::os_name, agent.os_name);
  put(ClientAttribute::os_version, agent.os_version);
  put(ClientAttribute::device_type, agent.device_type);
  put(ClientAttribute::device_vendor, agent.device_vendor);
  put(ClientAttribute::device_model, agent.device_model);
  client.emplace_back(ClientAttribute::details, JsonText{R"({"ua":)" + json_string(*visitor.user_agent).text + "}"});
  return client;
}

}  // namespace

Identity visitor_identity(const Visitor& visitor, const std::string& channel) {
  constexpr std::size_t kHashDigits = 16;
  return {channel,
          std::string(visitor.address) + "-" + stable_id({visitor.user_agent.value_or("")}).substr(0, kHashDigits)};
}

AccessLogEvents::AccessLogEvents(const std::vector<Visitor>& visitors, std::vector<LoggedVisit> visits,
                                 AccessLogEventsOptions options)
    : visitors_(visitors), visits_(std::move(visits)), options_(std::move(options)) {
  for (const LoggedVisit& visit : visits_) size_ += (visit.is_first ? 2 : 1) + visit.pages.size();
}

bool AccessLogEvents::append_next(std::string& out) {
  while (visit_ < visits_.size()) {
    const LoggedVisit& visit = visits_[visit_];
    switch (step_) {
      case Step::client:
        step_ = Step::visit;
        if (!visit.is_first) break;
        append_event(out, client_changed(visit));
        out += '\n';
        return true;
      case Step::visit:
        step_ = Step::pages;
        append_event(out, visit_started(visit));
        out += '\n';
        return true;
      case Step::pages:
        if (page_ < visit.pages.size()) {
          append_event(out, page_viewed(visit, page_++));
          out += '\n';
          return true;
        }
        ++visit_;
        page_ = 0;
        step_ = Step::client;
        break;
    }
  }
  return false;
}

Event AccessLogEvents::client_changed(const LoggedVisit& visit) const {
  const Visitor& visitor = visitors_[visit.visitor];
  return make_event(stable_id({"contact.client.changed", visitor.address, visitor.user_agent.value_or(""),
                               format_timestamp(visit.begin)}),
                    options_.source, EventType::contact_client_changed, visitor_identity(visitor, options_.channel),
                    visit.begin, ContactChanged{.client = client_attributes(visitor)});
}

std::string AccessLogEvents::visit_id(const LoggedVisit& visit) const {
  const Visitor& visitor = visitors_[visit.visitor];
  return stable_id({"visit.started", visitor.address, visitor.user_agent.value_or(""), format_timestamp(visit.begin)});
}

Event AccessLogEvents::visit_started(const LoggedVisit& visit) const {
  const Visitor& visitor = visitors_[visit.visitor];
  const std::string id = visit_id(visit);
  VisitDetails details{.visit_id = id, .ip = std::string(visitor.address)};
  if (!visit.target.empty()) details.url = url_of(visit.target);
  if (!visit.referrer.empty()) details.referrer = std::string(visit.referrer);
  if (visitor.user_agent) details.user_agent = std::string(*visitor.user_agent);
  return make_event(id, options_.source, EventType::visit_started, visitor_identity(visitor, options_.channel),
                    visit.begin, VisitStarted{std::move(details)});
}

Event AccessLogEvents::page_viewed(const LoggedVisit& visit, std::size_t page) {
  const Visitor& visitor = visitors_[visit.visitor];
  const PageView& view = visit.pages[page];
  std::size_t ordinal = 0;
  for (std::size_t i = page; i-- > 0 && visit.pages[i].time == view.time;)
    ordinal += visit.pages[i].target == view.target;
  std::string id = stable_id({"page.viewed", visitor.address, visitor.user_agent.value_or(""),
                              format_timestamp(view.time), view.target, std::to_string(ordinal)});
  return make_event(std::move(id), options_.source, EventType::page_viewed, visitor_identity(visitor, options_.channel),
                    view.time,
                    PageViewed{.visit_id = visit_id(visit), .url = url_of(view.target), .title = std::nullopt});
}

std::string AccessLogEvents::url_of(std::string_view target) const {
  return (target.starts_with('/') ? options_.site : std::string()) + std::string(target);
}

}  // namespace rapport

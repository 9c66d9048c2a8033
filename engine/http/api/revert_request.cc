#include "engine/http/api/revert_request.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/request_values.h"
#include "events/text.h"

namespace rapport {
namespace {

namespace json = boost::json;

Result<LogPosition> read_position(const json::value& value, const std::string& field, LogId log) {
  const auto token =
      value.is_string() ? parse_position(std::string_view(value.get_string())) : Result<PositionToken>(Error{});
  if (!token || token->offsets.size() != 1) return bad_value(field, "is the position of one event, \"1f2e3d4c.0-17\"");
  if (token->log != log) return Error{Errc::position_of_other_log, "is of log " + to_string(token->log), field};
  return LogPosition{token->offsets.begin()->first, token->offsets.begin()->second};
}

Result<std::vector<LogPosition>> read_events(const json::value& value, LogId log) {
  if (!value.is_array() || value.get_array().empty())
    return bad_value("events", "is an array of positions, at least one");
  const json::array& positions = value.get_array();
  if (positions.size() > kRevertEventsMax)
    return bad_value("events", "are at most " + std::to_string(kRevertEventsMax));
  std::vector<LogPosition> out;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto position = read_position(positions[i], "events[" + std::to_string(i) + "]", log);
    if (!position) return position.error();
    out.push_back(*position);
  }
  return out;
}

Result<CreatedContacts> read_created(const std::string& text) {
  const auto name = std::find(kCreatedContactsNames.begin(), kCreatedContactsNames.end(), text);
  if (name == kCreatedContactsNames.end()) return bad_value("created", "is leave, archive or delete");
  return static_cast<CreatedContacts>(name - kCreatedContactsNames.begin());
}

Result<void> read_member(RevertRequest& out, const std::string& name, const json::value& value, LogId log) {
  if (name == "events") {
    auto events = read_events(value, log);
    if (!events) return events.error();
    out.selection.events = *std::move(events);
    return {};
  }
  if (!value.is_string()) return bad_value(name, "is a text");
  const std::string text(value.get_string());
  if (name == "source") {
    out.selection.source = text;
  } else if (name == "sourcePrefix") {
    out.selection.source_prefix = text;
  } else if (name == "correlationId") {
    out.selection.correlation_id = text;
  } else if (name == "since") {
    const auto since = parse_timestamp(text);
    if (!since) return bad_value(name, since.error().detail);
    out.selection.since = *since;
  } else if (name == "created") {
    const auto created = read_created(text);
    if (!created) return created.error();
    out.created = *created;
  }
  return {};
}

}  // namespace

Result<RevertRequest> read_revert_request(const std::string& body, LogId log) {
  const auto object = body_object(body);
  RAPPORT_TRY(object);
  RevertRequest out;
  constexpr std::array<std::string_view, 6> kMembers{"events",        "source", "sourcePrefix",
                                                     "correlationId", "since",  "created"};
  for (const auto& [key, member] : *object) {
    const std::string name(key);
    // A misspelt limit would take back more than was meant.
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
      return bad_value(name, "is no member of a revert");
    }
    RAPPORT_TRY(read_member(out, name, member, log));
  }
  RAPPORT_TRY(check_selection(out.selection));
  return out;
}

}  // namespace rapport

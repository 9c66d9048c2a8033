#include "events/upcaster.h"

#include <array>
#include <boost/json.hpp>

#include "events/event.h"
#include "events/json_value.h"

namespace rapport {
namespace {

namespace json = boost::json;

// chat.message 1 -> 2. Version 1 listed attachments as bare URLs; version 2 lists objects, to which channels add a
// name, a media type and a size.
Result<json::object> chat_message_v1_to_v2(json::object data) {
  json::value* attachments = data.if_contains("attachments");
  if (attachments == nullptr || attachments->is_null()) return data;
  if (!attachments->is_array()) return Error{Errc::invalid_event, "is not an array of URLs", "data.attachments"};
  for (std::size_t i = 0; json::value & attachment : attachments->get_array()) {
    const std::string field = "data.attachments[" + std::to_string(i++) + "]";
    if (!attachment.is_string()) return Error{Errc::invalid_event, "is not a URL (schemaversion 1)", field};
    attachment = json::object{{"url", attachment.get_string()}};
  }
  return data;
}

struct Upcaster {
  EventType type;
  std::uint32_t from;
  Result<json::object> (*raise)(json::object);
};

constexpr std::array kUpcasters{
    Upcaster{EventType::chat_message, 1, chat_message_v1_to_v2},
};

}  // namespace

Result<std::optional<std::string>> upcast(EventType type, std::uint32_t schema_version, std::string_view data) {
  const std::uint32_t newest = event_type_row(type).newest_schema_version;
  if (schema_version == newest) return std::optional<std::string>{};
  if (schema_version == 0 || schema_version > newest) {
    return Error{Errc::invalid_event,
                 "is " + std::to_string(schema_version) + ", this program knows 1 to " + std::to_string(newest),
                 "schemaversion"};
  }
  boost::system::error_code failed;
  json::value parsed = parse_json_value(data, failed);
  if (failed || !parsed.is_object()) return Error{Errc::invalid_event, "is not an object", "data"};
  json::object raised = std::move(parsed.get_object());
  for (const Upcaster& upcaster : kUpcasters) {
    if (upcaster.type != type || upcaster.from < schema_version) continue;
    auto next = upcaster.raise(std::move(raised));
    if (!next) return next.error();
    raised = *std::move(next);
  }
  return std::optional<std::string>{json::serialize(raised)};
}

}  // namespace rapport

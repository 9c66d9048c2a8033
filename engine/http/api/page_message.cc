#include "engine/http/api/page_message.h"

#include "engine/http/api/body_object.h"
#include "events/text.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::size_t kPageIdSize = 32;

Error wrong(std::string detail, std::string field) {
  return {Errc::invalid_argument, std::move(detail), std::move(field)};
}

}  // namespace

bool is_page_id(std::string_view text) {
  return text.size() == kPageIdSize && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<PageMessage> parse_page_message(const std::string& body) {
  const auto object = body_object(body);
  RAPPORT_TRY(object);
  PageMessage message;
  for (const auto& [name, member] : *object) {
    if (name == "key" && member.is_string()) {
      message.key = std::string(member.get_string());
    } else if (name == "visitor" && member.is_string()) {
      message.visitor = std::string(member.get_string());
    } else if (name == "events" && member.is_array()) {
      message.events = member.get_array();
    } else {
      return wrong("is not a member of a page's message, or of the wrong type", shown(name));
    }
  }
  if (!is_page_id(message.visitor)) return wrong("is not 32 lower-case hex digits, drawn at random", "visitor");
  if (message.events.empty()) return wrong("is missing, or empty", "events");
  if (message.events.size() > kPageEventsMax) {
    return Error{Errc::too_large, "are more than " + std::to_string(kPageEventsMax), "events"};
  }
  return message;
}

}  // namespace rapport

#include "events/json_check.h"

#include "events/document_check.h"
#include "events/event.h"

namespace rapport {

Result<void> check_json_object(std::string_view text) {
  simdjson::dom::parser parser;
  if (parser.allocate(text.size(), events_internal::kParserDepthMax) != simdjson::SUCCESS) {
    return Error{Errc::too_large, "there is no memory for it", "body"};
  }
  simdjson::dom::element root;
  if (const auto code = parser.parse(text.data(), text.size()).get(root)) {
    Error error = events_internal::json_error(code);
    error.field = "body";
    return error;
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return Error{Errc::invalid_json, "is not a JSON object", "body"};
  if (auto error = events_internal::check_document(object)) return *std::move(error);
  return {};
}

}  // namespace rapport

#include "events/event_decoder.h"

#include <algorithm>
#include <bit>

#include "events/document_check.h"
#include "events/envelope_reader.h"
#include "events/json_source.h"
#include "events/json_tree.h"
#include "events/payload_reader.h"
#include "events/plain_json.h"
#include "events/structured_mode.h"
#include "events/text.h"
#include "events/upcaster.h"

namespace rapport {
namespace {

using events_internal::Enciphered;
using events_internal::json_error;
using events_internal::JsonNode;
using events_internal::JsonObjectReader;
using events_internal::JsonTree;
using events_internal::kParserDepthMax;
using events_internal::member_source;
using events_internal::minified;
using events_internal::PlainJson;
namespace dom = simdjson::dom;

Error too_large(std::size_t size) {
  return {Errc::too_large,
          "the event has " + std::to_string(size) + " bytes, more than " + std::to_string(kEventSizeMax)};
}

// How `data` was written, in an event whose other attributes are scalars. It is mostly the last: ours always.
std::string_view data_source(std::string_view bytes, const JsonObjectReader& in) {
  const std::size_t index = in.index_of("data");
  std::string_view source;
  if (index + 1 == in.members().size()) source = events_internal::last_object_source(bytes, R"("data":)");
  return source.empty() ? member_source(bytes, index) : source;
}

// Its memory grows with what it is given, fourteen times as much: few events are not spelled plainly, and those are
// short.
class GrowingParser {
 public:
  simdjson::simdjson_result<dom::element> parse(std::string_view text) {
    const std::size_t least = std::max(text.size(), kLeastCapacity);
    if (parser_.capacity() < least && parser_.allocate(std::bit_ceil(least), kParserDepthMax) != simdjson::SUCCESS) {
      panic("no memory for a JSON parser");
    }
    return parser_.parse(text.data(), text.size());
  }

 private:
  static constexpr std::size_t kLeastCapacity = 4096;

  dom::parser parser_;
};

// What an event may leave unsaid; all else is read anew each time.
void forget_unsaid(Event& event) {
  event.identity.reset();
  event.enc.reset();
  event.extensions.clear();
  event.data.clear();
}

}  // namespace

struct EventDecoder::Impl {
  PlainJson plain;
  GrowingParser parser, upcast_parser;
  JsonTree tree, upcast_tree;
  std::string scratch;

  // The payload that event.data says, which stands at `data` in the document; null where it does not.
  std::optional<Error> read_data(const JsonNode* data, Event& event) {
    if (event.type == EventType::custom) {
      event.payload = CustomEvent{};
      return std::nullopt;
    }
    // A type whose members are all optional may leave out the whole.
    const JsonNode nothing{.kind = JsonNode::Kind::object};
    if (data == nullptr) data = &nothing;
    if (!data->is_object()) return Error{Errc::invalid_event, "is not an object", "data"};
    if (event.schema_version == event_type_row(event.type).newest_schema_version) {
      return events_internal::read_payload(event.type, *data, event.payload);
    }
    const auto raised = upcast(event.type, event.schema_version, event.data);
    if (!raised) return raised.error();
    if (*raised) data = &parsed_again(**raised);
    return events_internal::read_payload(event.type, *data, event.payload);
  }

  // In place of what `event` said; what it is after an error is open.
  std::optional<Error> read(std::string_view bytes, Event& event, Enciphered enciphered = Enciphered::refused) {
    forget_unsaid(event);
    if (bytes.size() > kEventSizeMax) return too_large(bytes.size());
    const JsonNode* root = plain.read(bytes);
    if (root == nullptr) {
      const auto parsed = parse(bytes);
      if (!parsed) return parsed.error();
      root = *parsed;
    }
    JsonObjectReader in(*root, "");
    const JsonNode* const data = in.member("data");
    events_internal::read_envelope(in, event, enciphered);
    if (in.failed()) return in.error();
    if (enciphered == Enciphered::read && data == nullptr) {
      event.payload = CustomEvent{};
      return events_internal::check_subject(event);
    }
    if (data != nullptr) {
      if (data->as_written) {
        append_canonical(event.data, *data);
      } else {
        event.data = minified(data_source(bytes, in), scratch);
      }
    } else if (event.type != EventType::custom) {
      event.data = "{}";
    }
    if (auto error = read_data(data, event)) return error;
    return events_internal::check_subject(event);
  }

 private:
  // Any spelling; never null.
  Result<const JsonNode*> parse(std::string_view bytes) {
    dom::element root;
    if (const auto code = parser.parse(bytes).get(root)) return json_error(code);
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return Error{Errc::invalid_event, "the event is not a JSON object"};
    if (auto error = events_internal::check_document(object)) return *std::move(error);
    return &tree.build(root);
  }

  // Of JSON text that an upcaster wrote.
  const JsonNode& parsed_again(std::string_view json) {
    dom::element root;
    if (upcast_parser.parse(json).get(root) != simdjson::SUCCESS || !root.is_object()) {
      panic("an upcaster made no object");
    }
    return upcast_tree.build(root);
  }
};

EventDecoder::EventDecoder() : impl_(std::make_unique<Impl>()) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;
EventDecoder& EventDecoder::operator=(EventDecoder&&) noexcept = default;

Result<void> EventDecoder::decode_into(Event& event, std::string_view bytes) {
  if (auto error = impl_->read(bytes, event)) {
    event = Event{};
    return *std::move(error);
  }
  return {};
}

Result<Event> EventDecoder::decode(std::string_view bytes) {
  // In place: an event has a dozen strings to move.
  Result<Event> decoded(boost::system::in_place_value);
  if (auto error = impl_->read(bytes, *decoded)) decoded = *std::move(error);
  return decoded;
}

Result<Event> EventDecoder::decode_emptied(std::string_view bytes) {
  Result<Event> decoded(boost::system::in_place_value);
  if (auto error = impl_->read(bytes, *decoded, Enciphered::read)) decoded = *std::move(error);
  return decoded;
}

Result<Event> EventDecoder::decode_binary_mode(std::span<const EventHeader> headers, std::string_view content_type,
                                               std::string_view data) {
  if (!content_type.empty() && !events_internal::is_json_media_type(content_type)) {
    return Error{Errc::invalid_event, "is " + quote(content_type) + ", not application/json", "datacontenttype"};
  }
  if (data.size() > kEventSizeMax) return too_large(data.size());
  // `data` is one whole value first, or it could end early and say attributes.
  if (!data.empty()) {
    if (const auto code = impl_->parser.parse(data).error()) {
      Error error = json_error(code);
      error.field = "data";
      return error;
    }
  }
  for (const auto& [name, value] : headers) {
    if (name == "ce_data" || name == "ce_datacontenttype") {
      return Error{Errc::invalid_event, "is not an attribute's header", shown(name)};
    }
  }
  // So that one set of rules holds for both.
  return decode(structured_mode(headers, data, true));
}

Result<Payload> EventDecoder::decode_payload(EventType type, std::uint32_t schema_version, std::string_view data) {
  Event event;
  event.type = type;
  event.schema_version = schema_version;
  event.data = data;
  const JsonNode* node = data.empty() ? nullptr : impl_->plain.read(data);
  if (!data.empty() && node == nullptr) {
    dom::element root;
    if (const auto code = impl_->parser.parse(data).get(root)) return json_error(code);
    node = &impl_->tree.build(root);
  }
  if (auto error = impl_->read_data(node, event)) return *std::move(error);
  return std::move(event.payload);
}

Result<std::vector<std::string>> EventDecoder::split_array(std::string_view bytes, std::size_t elements_max) {
  dom::element root;
  dom::parser parser;
  if (parser.allocate(bytes.size() + 1, kParserDepthMax) != simdjson::SUCCESS) {
    return Error{Errc::too_large, "no memory for " + std::to_string(bytes.size()) + " bytes"};
  }
  if (const auto code = parser.parse(bytes.data(), bytes.size()).get(root)) return json_error(code);
  if (!root.is_array()) return Error{Errc::invalid_json, "is not a JSON array"};
  const auto sources = events_internal::element_sources(bytes);
  if (sources.size() > elements_max) {
    return Error{Errc::too_large,
                 "has " + std::to_string(sources.size()) + " elements, more than " + std::to_string(elements_max)};
  }
  std::vector<std::string> elements;
  elements.reserve(sources.size());
  for (const std::string_view source : sources) elements.push_back(minified(source, impl_->scratch));
  return elements;
}

}  // namespace rapport

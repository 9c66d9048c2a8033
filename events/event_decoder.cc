#include "events/event_decoder.h"

#include "events/document_check.h"
#include "events/envelope_reader.h"
#include "events/json_source.h"
#include "events/json_writer.h"
#include "events/payload_reader.h"
#include "events/text.h"
#include "events/upcaster.h"

namespace rapport {
namespace {

using events_internal::Enciphered;
using events_internal::json_error;
using events_internal::JsonObjectReader;
using events_internal::kParserDepthMax;
using events_internal::member_source;
using events_internal::minified;
namespace dom = simdjson::dom;

constexpr std::string_view kHeaderPrefix = "ce_";

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

// Of a header's text, which names no types: the attributes that are numbers in structured mode.
bool is_integer_attribute(std::string_view name) { return name == "expectedversion" || name == "schemaversion"; }

bool is_json_integer(std::string_view text) {
  return !text.empty() && text.size() <= 20 && (text[0] != '0' || text.size() == 1) &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

struct EventDecoder::Impl {
  dom::parser parser;
  dom::parser upcast_parser;
  std::string scratch;

  Impl() {
    if (parser.allocate(kEventSizeMax, kParserDepthMax) != simdjson::SUCCESS ||
        upcast_parser.allocate(kEventSizeMax, kParserDepthMax) != simdjson::SUCCESS) {
      panic("no memory for a JSON parser");
    }
  }

  // The payload that event.data says, which stands at `data` in the parser's document.
  Result<Payload> read_data(const Event& event, std::optional<dom::element> data) {
    if (event.type == EventType::custom) return Payload{CustomEvent{}};
    dom::object object;
    if (!data) {
      data = parsed_again("{}");  // a type whose members are all optional may leave out the whole
    }
    if (data->get(object) != simdjson::SUCCESS) return Error{Errc::invalid_event, "is not an object", "data"};
    if (event.schema_version == event_type_row(event.type).newest_schema_version) {
      return events_internal::read_payload(event.type, object);
    }
    const auto raised = upcast(event.type, event.schema_version, event.data);
    if (!raised) return raised.error();
    if (*raised && parsed_again(**raised).get(object) != simdjson::SUCCESS) panic("an upcaster made no object");
    return events_internal::read_payload(event.type, object);
  }

  // Into `event`, which is fresh.
  std::optional<Error> read(std::string_view bytes, Event& event, Enciphered enciphered = Enciphered::refused) {
    if (bytes.size() > kEventSizeMax) return too_large(bytes.size());
    dom::element root;
    if (const auto code = parser.parse(bytes.data(), bytes.size()).get(root)) return json_error(code);
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return Error{Errc::invalid_event, "the event is not a JSON object"};
    if (auto error = events_internal::check_document(object)) return error;

    JsonObjectReader in(object, "");
    const auto data = in.member("data");
    events_internal::read_envelope(in, event, enciphered);
    if (in.failed()) return in.error();
    if (enciphered == Enciphered::read && !data) {
      event.payload = CustomEvent{};
      return events_internal::check_subject(event);
    }
    if (data) {
      event.data = minified(data_source(bytes, in), scratch);
    } else if (event.type != EventType::custom) {
      event.data = "{}";
    }
    auto payload = read_data(event, data);
    if (!payload) return payload.error();
    event.payload = *std::move(payload);
    return events_internal::check_subject(event);
  }

 private:
  // Of JSON text that we wrote.
  dom::element parsed_again(std::string_view json) {
    dom::element root;
    if (upcast_parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) panic("our own JSON is none");
    return root;
  }
};

EventDecoder::EventDecoder() : impl_(std::make_unique<Impl>()) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;
EventDecoder& EventDecoder::operator=(EventDecoder&&) noexcept = default;

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
  // The same event in structured mode, so that one set of rules holds for both. `data` is one whole value first, or it
  // could end early and say attributes.
  if (!data.empty()) {
    if (const auto code = impl_->parser.parse(data.data(), data.size()).error()) {
      Error error = json_error(code);
      error.field = "data";
      return error;
    }
  }
  std::string structured;
  structured.reserve(data.size() + 512);
  JsonWriter json(structured);
  json.begin_object();
  for (const auto& [name, value] : headers) {
    if (!name.starts_with(kHeaderPrefix)) continue;
    const std::string_view attribute = name.substr(kHeaderPrefix.size());
    if (attribute == "data" || attribute == "datacontenttype") {
      return Error{Errc::invalid_event, "is not an attribute's header", shown(name)};
    }
    json.key(attribute);
    is_integer_attribute(attribute) && is_json_integer(value) ? json.raw(value) : json.string(value);
  }
  if (!data.empty()) json.key("data").raw(data);
  json.end_object();
  return decode(structured);
}

Result<Payload> EventDecoder::decode_payload(EventType type, std::uint32_t schema_version, std::string_view data) {
  Event event;
  event.type = type;
  event.schema_version = schema_version;
  event.data = data;
  if (data.empty()) return impl_->read_data(event, std::nullopt);
  dom::element root;
  if (const auto code = impl_->parser.parse(data.data(), data.size()).get(root)) return json_error(code);
  return impl_->read_data(event, root);
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

#include "events/event_decoder.h"

#include <algorithm>

#include "events/payload_reader.h"
#include "events/upcaster.h"

namespace rapport {
namespace {

using events_internal::JsonObjectReader;
namespace dom = simdjson::dom;

Error json_error(simdjson::error_code code) {
  switch (code) {
    case simdjson::DEPTH_ERROR:
      return {Errc::too_deep, "nested deeper than " + std::to_string(kEventDepthMax) + " levels"};
    case simdjson::NUMBER_ERROR:
      return {Errc::invalid_json, "has a number that is neither a 64-bit integer nor a finite double"};
    case simdjson::UTF8_ERROR: return {Errc::invalid_json, "is not UTF-8"};
    case simdjson::EMPTY: return {Errc::invalid_json, "is empty"};
    default: return {Errc::invalid_json, "is not JSON: " + std::string(simdjson::error_message(code))};
  }
}

// The first key that stands twice in an object at any depth. One bit per key finds most objects clean without a
// comparison.
std::optional<std::string> find_duplicate_key(dom::element element) {
  if (dom::array array; element.get(array) == simdjson::SUCCESS) {
    for (const dom::element child : array) {
      if (auto found = find_duplicate_key(child)) return found;
    }
    return std::nullopt;
  }
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return std::nullopt;

  std::uint64_t seen = 0;
  bool suspicious = false;
  for (const auto field : object) {
    const std::string_view key = field.key;
    const std::size_t hash = key.empty() ? 0
                                         : key.size() * 7 + static_cast<unsigned char>(key.front()) * 3 +
                                               static_cast<unsigned char>(key.back()) * 31 +
                                               static_cast<unsigned char>(key[key.size() / 2]);
    const std::uint64_t bit = std::uint64_t{1} << (hash & 63);
    suspicious = suspicious || (seen & bit) != 0;
    seen |= bit;
    if (field.value.is_object() || field.value.is_array()) {
      if (auto found = find_duplicate_key(field.value)) return found;
    }
  }
  if (!suspicious) return std::nullopt;
  std::vector<std::string_view> keys;
  for (const auto field : object) keys.push_back(field.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  return twice == keys.end() ? std::nullopt : std::optional<std::string>(*twice);
}

bool is_own_attribute(std::string_view name) {
  static constexpr std::array<std::string_view, 15> kOwn{
      "specversion",   "id",          "source",   "type",          "subject", "time", "expectedversion", "actor",
      "correlationid", "causationid", "identity", "schemaversion", "enc",     "data", "datacontenttype"};
  return std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end();
}

// CloudEvents 1.0, section 3.1.1 "Attribute Naming Convention".
bool is_extension_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

void read_extensions(JsonObjectReader& in, Event& event) {
  for (const auto field : in.object_value()) {
    if (is_own_attribute(field.key) || field.value.is_null()) continue;
    const std::string name(field.key.substr(0, 64));
    if (!is_extension_name(field.key)) {
      in.fail(name, "is not an attribute name: 1 to 64 lower-case letters and digits");
    } else if (field.value.is_object() || field.value.is_array()) {
      in.fail(name, "is not a string, number or boolean");
    }
    if (in.failed()) return;
    event.extensions.emplace_back(name, JsonText{simdjson::minify(field.value)});
  }
  const auto content_type = in.text("datacontenttype");
  if (content_type && *content_type != "application/json") {
    in.fail("datacontenttype", "is '" + content_type->substr(0, 64) + "', not application/json");
  }
}

void read_attributes(JsonObjectReader& in, Event& event) {
  if (in.required_text("specversion") != "1.0" && !in.failed()) in.fail("specversion", "is not \"1.0\"");
  event.id = in.required_text("id", {1, kEventIdSizeMax});
  event.source = in.required_text("source", {1, kSourceSizeMax});
  event.type_name = in.required_text("type");
  if (!in.failed() && !is_dotted_name(event.type_name)) {
    in.fail("type", "is not a dotted name of at most 128 letters, digits, dots, underscores and dashes");
  }
  event.type = event_type_of(event.type_name);
  const std::string subject = in.required_text("subject");
  if (!in.failed()) {
    auto parsed = parse_subject(subject);
    parsed ? void(event.subject = *std::move(parsed)) : in.fail("subject", parsed.error().detail);
  }
  event.time = in.time("time");
  event.expected_version = in.integer("expectedversion", kIdMax);
  event.actor = in.text("actor", {1, 256});
  event.correlation_id = in.text("correlationid", {1, 256});
  event.causation_id = in.text("causationid", {1, 256});
  if (const auto text = in.text("identity")) {
    auto identity = parse_identity(*text);
    identity ? void(event.identity = *std::move(identity)) : in.fail("identity", identity.error().detail);
  }
  event.schema_version = static_cast<std::uint32_t>(in.integer("schemaversion", 1'000'000).value_or(1));
  event.enc = in.text("enc", {1, 256});
}

// Whether an event of this type may stand in that stream.
bool fits_stream(EventType type, const Subject& subject) {
  struct Visitor {
    StreamKind stream;
    // An identity's own events are claims and releases; any contact event may come under one, to be resolved.
    bool operator()(const ContactId&) const { return stream == StreamKind::contact || stream == StreamKind::any; }
    bool operator()(const CompanyId&) const { return stream == StreamKind::company || stream == StreamKind::any; }
    bool operator()(const Identity&) const { return stream != StreamKind::company && stream != StreamKind::control; }
    bool operator()(const ControlSubject&) const { return stream == StreamKind::control; }
  };
  return std::visit(Visitor{event_type_row(type).stream}, subject);
}

}  // namespace

struct EventDecoder::Impl {
  dom::parser parser;
  dom::parser upcast_parser;

  Impl() {
    if (parser.allocate(kEventSizeMax, kEventDepthMax) != simdjson::SUCCESS ||
        upcast_parser.allocate(kEventSizeMax, kEventDepthMax) != simdjson::SUCCESS) {
      panic("no memory for a JSON parser");
    }
  }

  Result<Payload> read_data(Event& event, std::optional<dom::element> data) {
    if (event.type == EventType::custom) {
      if (event.schema_version == 0) return Error{Errc::invalid_event, "is 0", "schemaversion"};
      return Payload{CustomEvent{}};
    }
    dom::object object;
    if (!data) {
      // A type whose data may be empty may also leave it out; the upcasters and readers see {}.
      event.data = "{}";
      if (upcast_parser.parse(std::string_view(event.data)).get(object) != simdjson::SUCCESS) panic("{} is JSON");
    } else if (data->get(object) != simdjson::SUCCESS) {
      return Error{Errc::invalid_event, "is not an object", "data"};
    }
    auto raised = upcast(event.type, event.schema_version, event.data);
    if (!raised) return raised.error();
    if (*raised) {
      if (upcast_parser.parse(std::string_view(**raised)).get(object) != simdjson::SUCCESS) {
        return Error{Errc::invalid_event, "cannot be raised from its schemaversion", "data"};
      }
    }
    return events_internal::read_payload(event.type, object);
  }
};

EventDecoder::EventDecoder() : impl_(std::make_unique<Impl>()) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;
EventDecoder& EventDecoder::operator=(EventDecoder&&) noexcept = default;

Result<Event> EventDecoder::decode(std::string_view bytes) {
  if (bytes.size() > kEventSizeMax) {
    return Error{Errc::too_large, "the event has " + std::to_string(bytes.size()) + " bytes, more than " +
                                      std::to_string(kEventSizeMax)};
  }
  dom::element root;
  if (const auto code = impl_->parser.parse(bytes.data(), bytes.size()).get(root)) return json_error(code);
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return Error{Errc::invalid_event, "the event is not a JSON object"};
  if (auto key = find_duplicate_key(root)) {
    return Error{Errc::duplicate_key, "stands twice in one object", key->substr(0, 64)};
  }

  Event event;
  JsonObjectReader in(object, "");
  read_attributes(in, event);
  if (!in.failed()) read_extensions(in, event);
  const auto data = in.member("data");
  if (in.failed()) return in.error();
  if (!fits_stream(event.type, event.subject)) {
    return Error{Errc::invalid_event,
                 "is '" + to_string(event.subject).substr(0, 64) + "', not one that " + event.type_name + " is about",
                 "subject"};
  }
  if (data) event.data = simdjson::minify(*data);
  auto payload = impl_->read_data(event, data);
  if (!payload) return payload.error();
  event.payload = *std::move(payload);
  return event;
}

Result<std::vector<std::string>> EventDecoder::split_array(std::string_view bytes, std::size_t elements_max) {
  dom::element root;
  dom::parser parser;
  // One level more than an event has: the array around it.
  if (parser.allocate(bytes.size() + 1, kEventDepthMax + 1) != simdjson::SUCCESS) {
    return Error{Errc::too_large, "no memory for " + std::to_string(bytes.size()) + " bytes"};
  }
  if (const auto code = parser.parse(bytes.data(), bytes.size()).get(root)) return json_error(code);
  dom::array array;
  if (root.get(array) != simdjson::SUCCESS) return Error{Errc::invalid_json, "is not a JSON array"};
  std::vector<std::string> elements;
  for (const dom::element element : array) {
    if (elements.size() == elements_max) {
      return Error{Errc::too_large, "has more than " + std::to_string(elements_max) + " elements"};
    }
    elements.push_back(simdjson::minify(element));
  }
  return elements;
}

}  // namespace rapport

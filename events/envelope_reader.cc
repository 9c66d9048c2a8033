#include "events/envelope_reader.h"

#include <algorithm>

#include "events/text.h"

namespace rapport::events_internal {
namespace {

constexpr std::size_t kAttributeSizeMax = 256;
constexpr std::size_t kExtensionNameSizeMax = 64;
constexpr std::uint64_t kSchemaVersionMax = 1'000'000;

// CloudEvents 1.0, "Naming Conventions".
bool is_extension_name(std::string_view name) {
  return !name.empty() && name.size() <= kExtensionNameSizeMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

void read_extension(JsonObjectReader& in, const JsonNode& value, Event& event) {
  const std::string_view name = value.key;
  if (name == "data_base64") {
    in.fail("data_base64", "is not taken: what an event says is JSON and stands in data");
  } else if (!is_extension_name(name)) {
    in.fail(shown(name), "is not an attribute name: 1 to 64 lower-case letters and digits");
  } else if (value.is_object() || value.is_array()) {
    in.fail(shown(name), "is not a string, number or boolean");
  } else if (value.is_text() && has_control_character(value.text)) {
    in.fail(shown(name), "has a control character");
  } else if (!value.is_null()) {
    event.extensions.emplace_back(std::string(name), canonical_json(value));
  }
}

void read_identity(JsonObjectReader& in, Event& event) {
  const auto text = in.text_view("identity");
  if (!text) return;
  auto identity = parse_identity(*text);
  if (!identity) return in.fail("identity", identity.error().detail);
  event.identity = *std::move(identity);
}

void read_subject(JsonObjectReader& in, Event& event) {
  const auto text = in.required_text_view("subject");
  if (in.failed()) return;
  auto subject = parse_subject(text);
  if (!subject) return in.fail("subject", subject.error().detail);
  event.subject = *std::move(subject);
}

void read_type(JsonObjectReader& in, Event& event) {
  event.type_name = in.required_text_view("type");
  event.type = event_type_of(event.type_name);
  if (event.type == EventType::custom && !in.failed() && !is_dotted_name(event.type_name)) {
    in.fail("type", "is not a dotted name of at most 128 letters, digits, dots, underscores and dashes");
  }
}

}  // namespace

bool is_json_media_type(std::string_view text) {
  constexpr std::string_view kJson = "application/json";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const std::string_view name = text.substr(0, kJson.size()), rest = text.substr(name.size());
  return std::equal(name.begin(), name.end(), kJson.begin(), kJson.end(),
                    [&](char a, char b) { return lower(a) == b; }) &&
         (rest.empty() || rest.front() == ';' || rest.front() == ' ');
}

void read_envelope(JsonObjectReader& in, Event& event, Enciphered enciphered) {
  if (in.required_text_view("specversion") != "1.0") in.fail("specversion", "is not \"1.0\"");
  event.id = in.required_text_view("id", name_rule(kEventIdSizeMax));
  event.source = in.required_text_view("source", name_rule(kSourceSizeMax));
  read_type(in, event);
  read_subject(in, event);
  event.time = in.time("time");
  event.expected_version = in.integer("expectedversion", kIdMax);
  event.actor = in.text("actor", name_rule(kAttributeSizeMax));
  event.correlation_id = in.text("correlationid", name_rule(kAttributeSizeMax));
  event.causation_id = in.text("causationid", name_rule(kAttributeSizeMax));
  read_identity(in, event);
  event.schema_version = static_cast<std::uint32_t>(in.integer("schemaversion", kSchemaVersionMax).value_or(1));
  if (event.schema_version == 0) in.fail("schemaversion", "is 0, the first version is 1");
  if (enciphered == Enciphered::read) {
    event.enc = in.text("enc", name_rule(kAttributeSizeMax));
  } else if (in.member("enc")) {
    in.fail("enc", "is reserved: data is taken in clear only");
  }
  const auto content_type = in.text_view("datacontenttype");
  if (content_type && !is_json_media_type(*content_type)) {
    in.fail("datacontenttype", "is " + quote(*content_type) + ", not application/json");
  }
  for (const auto& member : in.members()) {
    if (!member.asked && !in.failed()) read_extension(in, *member.node, event);
  }
}

namespace {

// Whether an event of a type with that stream may stand in the subject's.
bool fits_stream(StreamKind stream, const Subject& subject) {
  struct Visitor {
    StreamKind stream;
    // An identity's own events are claims and releases; any contact event may come under one, to be resolved.
    bool operator()(const ContactId&) const { return stream == StreamKind::contact || stream == StreamKind::any; }
    bool operator()(const CompanyId&) const { return stream == StreamKind::company || stream == StreamKind::any; }
    bool operator()(const Identity&) const { return stream != StreamKind::company && stream != StreamKind::control; }
    bool operator()(const ControlSubject&) const { return stream == StreamKind::control; }
  };
  return std::visit(Visitor{stream}, subject);
}

// A contact named in the data of an event about a contact: never the same one.
std::optional<std::pair<std::string_view, ContactId>> other_contact(const Payload& payload) {
  if (const auto* merged = std::get_if<ContactMergedInto>(&payload)) return {{"data.into", merged->into}};
  if (const auto* absorbed = std::get_if<ContactAbsorbed>(&payload)) return {{"data.mergeId", absorbed->merged}};
  if (const auto* parted = std::get_if<ContactParted>(&payload)) return {{"data.mergeId", parted->merged}};
  return std::nullopt;
}

const Identity* identity_of(const Payload& payload) {
  if (const auto* claimed = std::get_if<IdentityClaimed>(&payload)) return &claimed->identity;
  if (const auto* released = std::get_if<IdentityReleased>(&payload)) return &released->identity;
  return nullptr;
}

}  // namespace

std::optional<Error> check_subject(const Event& event) {
  if (!fits_stream(event_type_row(event.type).stream, event.subject)) {
    return Error{Errc::invalid_event,
                 "is " + quote(to_string(event.subject)) + ", not one that " + event.type_name + " is about",
                 "subject"};
  }
  if (const auto other = other_contact(event.payload); other && event.subject == Subject{other->second}) {
    return Error{Errc::invalid_event, "is the contact that the event is about", std::string(other->first)};
  }
  if (const Identity* identity = identity_of(event.payload); identity && event.subject != Subject{*identity}) {
    return Error{Errc::invalid_event, "is not that of data, " + quote("identity/" + to_string(*identity)), "subject"};
  }
  return std::nullopt;
}

}  // namespace rapport::events_internal

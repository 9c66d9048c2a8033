#include "tools/rapport/import/contact_dump.h"

#include <algorithm>
#include <array>

#include "events/event.h"
#include "tools/rapport/import/table_date.h"
#include "tools/rapport/publish/byte_order_mark.h"

namespace rapport {
namespace {

namespace json = boost::json;

JsonText text_of(const json::value& value) { return JsonText{json::serialize(value)}; }

std::string plain_text(const json::value& value) {
  return value.is_string() ? json::value_to<std::string>(value) : json::serialize(value);
}

constexpr std::size_t kReadAtOnce = 64 * 1024;
constexpr std::size_t kPageLevels = 8;  // around a contact, whose fields may nest as deep as an event

// Members of the two APIs' contacts that stand outside `fields` and are fields all the same.
constexpr std::array<std::string_view, 3> kOutside{"name", "email", "phone"};

// It has what tells contacts apart, or an API's fields: whatever else it has is its own.
bool is_contact(const json::object& object, const std::string& key) {
  const json::value* fields = object.if_contains("fields");
  return object.contains(key) || (fields != nullptr && fields->is_object());
}

// A page's contacts, or the one that it is.
Result<void> unwrap(const json::value& value, const std::string& key,
                    const std::function<Result<void>(const json::object&)>& take) {
  if (const json::array* list = value.if_array()) {
    for (const json::value& one : *list) RAPPORT_TRY(unwrap(one, key, take));
    return {};
  }
  const json::object* object = value.if_object();
  if (object == nullptr) {
    return Error{Errc::invalid_json, "holds " + json::serialize(value).substr(0, 64) + " where a contact would be"};
  }
  if (is_contact(*object, key)) return take(*object);
  for (const char* page : {"data", "items", "list"}) {
    const json::value* inside = object->if_contains(page);
    if (inside != nullptr && (inside->is_array() || inside->is_object())) return unwrap(*inside, key, take);
  }
  return take(*object);
}

Result<std::optional<Timestamp>> time_of(const json::object& contact, const std::string& name) {
  const json::value* value = contact.if_contains(name);
  if (value == nullptr || value->is_null()) return std::optional<Timestamp>{};
  const auto time = parse_table_date(plain_text(*value));
  if (!time) return Error{time.error().code, time.error().detail, name};
  return std::optional<Timestamp>(*time);
}

Result<std::string> key_of(const json::object& contact, const std::string& name) {
  const json::value* value = contact.if_contains(name);
  if (const json::value* fields = contact.if_contains("fields"); value == nullptr && fields && fields->is_object()) {
    value = fields->get_object().if_contains(name);
  }
  const bool is_key = value != nullptr && (value->is_string() || value->is_int64() || value->is_uint64());
  if (!is_key) return Error{Errc::invalid_argument, "is no text or whole number, and tells contacts apart", name};
  return plain_text(*value);
}

std::vector<std::string> tags_of(const json::value& value) {
  std::vector<std::string> tags;
  if (!value.is_array()) return tags;
  for (const json::value& one : value.get_array()) {
    const json::value* name_of = one.is_object() ? one.get_object().if_contains("name") : &one;
    if (name_of == nullptr || !name_of->is_string()) continue;
    std::string name = plain_text(*name_of);
    if (!name.empty() && std::find(tags.begin(), tags.end(), name) == tags.end()) tags.push_back(std::move(name));
  }
  return tags;
}

std::optional<ClientAttribute> client_attribute(std::string_view name) {
  const auto at = std::find(kClientAttributeNames.begin(), kClientAttributeNames.end(), name);
  if (at == kClientAttributeNames.end()) return std::nullopt;
  return static_cast<ClientAttribute>(at - kClientAttributeNames.begin());
}

void read_client(const json::object& from, ClientChanges& client) {
  for (const auto& [name, value] : from) {
    const auto attribute = client_attribute(name);
    if (!attribute) continue;
    const bool fits = *attribute == ClientAttribute::details ? value.is_object() : value.is_string();
    if (fits) client.emplace_back(*attribute, text_of(value));
  }
}

void add_field(std::string_view key, const json::value& value, bool clear, Fields& fields) {
  if (!value.is_null() || clear) fields.emplace_back(std::string(key), text_of(value));
}

}  // namespace

Result<void> each_contact(std::istream& in, const std::string& key,
                          const std::function<Result<void>(const json::object&)>& take) {
  constexpr std::string_view kSpaces = " \t\r\n";
  json::parse_options options;
  options.max_depth = kEventDepthMax + kPageLevels;
  json::stream_parser parser({}, options);
  parser.reset();
  bool is_within = false;  // a document
  boost::system::error_code malformed;
  const auto fault = [&](std::uint64_t at) {
    return Error{Errc::invalid_json, malformed.message() + ", at byte " + std::to_string(at)};
  };
  std::uint64_t read = 0;
  for (std::vector<char> buffer(kReadAtOnce); in;) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    std::string_view text(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (read == 0) take_byte_order_mark(text);
    read += static_cast<std::uint64_t>(in.gcount());
    while (true) {
      if (!is_within) text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
      if (text.empty()) break;
      const std::size_t count = parser.write_some(text.data(), text.size(), malformed);
      if (malformed) return fault(read - text.size() + count);
      text.remove_prefix(count);
      is_within = !parser.done();
      if (is_within) continue;
      RAPPORT_TRY(unwrap(parser.release(), key, take));
      parser.reset();
    }
  }
  if (in.bad()) return Error{Errc::storage_failed, "cannot be read to its end"};
  if (!is_within) return {};
  parser.finish(malformed);
  return malformed ? fault(read) : unwrap(parser.release(), key, take);
}

Result<ImportedContact> read_contact(const json::object& contact, const ContactDumpOptions& options) {
  auto key = key_of(contact, options.key);
  if (!key) return key.error();
  const auto time = time_of(contact, options.time), created = time_of(contact, options.created);
  if (!time) return time.error();
  if (!created) return created.error();
  ImportedContact out{.key = *std::move(key), .time = time->value_or(options.at), .created = *created, .state = {}};
  if (const json::value* tags = contact.if_contains(options.tags)) out.state.tags_added = tags_of(*tags);
  const json::value* fields = contact.if_contains("fields");
  if (fields == nullptr || !fields->is_object()) {
    for (const auto& [name, value] : contact) {
      if (name != options.time && name != options.created && name != options.tags) {
        add_field(name, value, options.clear, out.state.fields);
      }
    }
    return out;
  }
  for (const auto& [name, value] : fields->get_object()) add_field(name, value, options.clear, out.state.fields);
  for (const std::string_view name : kOutside) {
    const json::value* value = contact.if_contains(name);
    if (value != nullptr && !fields->get_object().contains(name))
      add_field(name, *value, options.clear, out.state.fields);
  }
  read_client(contact, out.state.client);
  if (const json::value* client = contact.if_contains("client"); client != nullptr && client->is_object()) {
    read_client(client->get_object(), out.state.client);
  }
  const auto says = [&contact](std::string_view name, std::string_view what) {
    const json::value* value = contact.if_contains(name);
    return value != nullptr && value->is_string() && std::string_view(value->get_string()) == what;
  };
  if (says("archive", "yes") || says("status", "archived")) {
    out.state.archived = true;
  } else if (says("archive", "no") || says("status", "active")) {
    out.state.archived = false;
  }
  return out;
}

}  // namespace rapport

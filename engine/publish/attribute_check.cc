#include "engine/publish/attribute_check.h"

#include <algorithm>
#include <boost/json.hpp>

#include "events/text.h"

namespace rapport {
namespace {

namespace json = boost::json;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_space_or_control(std::string_view text) {
  return text.find(' ') != std::string_view::npos || has_control_character(text);
}

bool is_date(std::string_view text) {
  constexpr std::size_t kFullDateSize = 10;  // YYYY-MM-DD
  std::string time(text);
  if (text.size() == kFullDateSize) time += "T00:00:00Z";
  return parse_timestamp(time).has_value();
}

// What a mail server can be asked about, not all that RFC 5322 allows: no quoted local parts, no comments.
bool is_email(std::string_view text) {
  constexpr std::size_t kLocalSizeMax = 64, kDomainSizeMax = 255;
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > kLocalSizeMax) return false;
  if (has_space_or_control(text) || text.find_first_of("<>(),;:\"\\") != std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const bool dots_stand_between = domain.find('.') != std::string_view::npos && domain.front() != '.' &&
                                  domain.back() != '.' && domain.find("..") == std::string_view::npos;
  return domain.size() <= kDomainSizeMax && dots_stand_between && domain.find('@') == std::string_view::npos;
}

bool is_phone(std::string_view text) {
  constexpr std::ptrdiff_t kDigitsMin = 3, kDigitsMax = 20;
  const auto digits = std::count_if(text.begin(), text.end(), is_digit);
  const auto fits = [](char c) { return is_digit(c) || std::string_view("+()-./ ").find(c) != std::string_view::npos; };
  return digits >= kDigitsMin && digits <= kDigitsMax && std::all_of(text.begin(), text.end(), fits) &&
         text.find_last_of('+') + 1 <= 1;  // at the front or nowhere
}

// No other schemes: a console shows it as a link, and javascript: is one too.
bool is_url(std::string_view text) {
  const auto starts_with = [&](std::string_view scheme) {
    return text.size() > scheme.size() && std::equal(scheme.begin(), scheme.end(), text.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
           });
  };
  if (!starts_with("http://") && !starts_with("https://")) return false;
  const std::string_view rest = text.substr(text.find("//") + 2);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#:"));
  return !host.empty() && !has_space_or_control(text);
}

bool is_option(const AttributeDefined& attribute, std::string_view text) {
  return std::find(attribute.options.begin(), attribute.options.end(), text) != attribute.options.end();
}

bool are_options(const AttributeDefined& attribute, const json::value& value) {
  if (!value.is_array()) return false;
  std::vector<std::string_view> seen;
  for (const json::value& element : value.get_array()) {
    if (!element.is_string()) return false;
    const std::string_view text = element.get_string();
    if (!is_option(attribute, text) || std::find(seen.begin(), seen.end(), text) != seen.end()) return false;
    seen.push_back(text);
  }
  return true;
}

std::string list_of(const std::vector<std::string>& options) {
  constexpr std::size_t kShownMax = 10;
  std::string list;
  for (std::size_t i = 0; i < std::min(options.size(), kShownMax); ++i) {
    list.append(i == 0 ? "" : ", ").append(shown(options[i]));
  }
  return options.size() > kShownMax ? list + ", ..." : list;
}

// What the value is not; empty where it fits.
std::string misfit(const AttributeDefined& attribute, const json::value& value) {
  const bool text = value.is_string();
  const std::string_view string = text ? std::string_view(value.get_string()) : std::string_view();
  const auto unless = [](bool fits, std::string_view rule) { return fits ? std::string() : std::string(rule); };
  switch (attribute.type) {
    case AttributeType::text: return unless(text, "is not a string");
    case AttributeType::number: return unless(value.is_number(), "is not a number");
    case AttributeType::boolean: return unless(value.is_bool(), "is not true or false");
    case AttributeType::date:
      return unless(text && is_date(string), "is not a date: YYYY-MM-DD, or an RFC 3339 time with an offset");
    case AttributeType::email: return unless(text && is_email(string), "is not an email address");
    case AttributeType::phone: return unless(text && is_phone(string), "is not a phone number: 3 to 20 digits");
    case AttributeType::url: return unless(text && is_url(string), "is not an http or https URL");
    case AttributeType::radio:
      return unless(text && is_option(attribute, string), "is not one of: " + list_of(attribute.options));
    case AttributeType::checkbox:
      if (attribute.options.empty()) return unless(value.is_bool(), "is not true or false");
      return unless(are_options(attribute, value), "is not a list of, each once: " + list_of(attribute.options));
  }
  panic("an attribute type that is none");
}

Error at_field(std::string_view key, std::string detail) {
  return {Errc::invalid_event, std::move(detail), "data.fields." + shown(key)};
}

Result<void> check_fields(AttributeObject object, const Fields& fields, const ControlState& control) {
  for (const auto& [key, value] : fields) {
    const AttributeDefined* attribute = control.attribute(object, key);
    if (attribute == nullptr) continue;
    if (const auto fits = check_attribute_value(*attribute, value); !fits) return at_field(key, fits.error().detail);
  }
  return {};
}

Result<void> check_required(AttributeObject object, const Fields& fields, const ControlState& control) {
  for (const auto& [id, attribute] : control.attributes) {
    if (!attribute.required || attribute.object != object) continue;
    const auto named = [&](const auto& field) { return field.first == attribute.key; };
    if (std::none_of(fields.begin(), fields.end(), named)) return at_field(attribute.key, "is required");
  }
  return {};
}

}  // namespace

Result<void> check_attribute_value(const AttributeDefined& attribute, const JsonText& value) {
  if (is_null(value)) {
    if (attribute.required) return Error{Errc::invalid_event, "is required"};
    return {};
  }
  boost::system::error_code failed;
  const json::value parsed = json::parse(value.text, failed);
  if (failed) panic("a field that is not JSON: " + failed.message());
  std::string detail = misfit(attribute, parsed);
  if (!detail.empty()) return Error{Errc::invalid_event, std::move(detail)};
  return {};
}

Result<void> check_attributes(const Event& event, const ControlState& control) {
  if (control.attributes.empty()) return {};
  if (const auto* p = std::get_if<ContactCreated>(&event.payload)) {
    RAPPORT_TRY(check_required(AttributeObject::contact, p->fields, control));
    return check_fields(AttributeObject::contact, p->fields, control);
  }
  if (const auto* p = std::get_if<ContactChanged>(&event.payload)) {
    return check_fields(AttributeObject::contact, p->fields, control);
  }
  if (const auto* p = std::get_if<CompanyCreated>(&event.payload)) {
    RAPPORT_TRY(check_required(AttributeObject::company, p->fields, control));
    return check_fields(AttributeObject::company, p->fields, control);
  }
  if (const auto* p = std::get_if<CompanyChanged>(&event.payload)) {
    return check_fields(AttributeObject::company, p->fields, control);
  }
  return {};
}

}  // namespace rapport

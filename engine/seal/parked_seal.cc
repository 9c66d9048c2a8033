#include "engine/seal/parked_seal.h"

#include <charconv>

#include "events/bytes_text.h"

namespace rapport {
namespace {

constexpr std::string_view kAlgorithm = "xchacha20poly1305:";

std::string code_of(const std::string& reason) { return reason.substr(0, reason.find(':')); }

std::string mark_of(ParkedDay day, std::optional<ContactId> contact) {
  std::string mark = std::string(kAlgorithm) + std::to_string(day.value) + ":";
  if (contact) mark += std::to_string(contact->value) + ":";
  return mark;
}

std::string bound_by(const EventParked& parked, std::string mark) {
  mark.back() = '\n';
  return mark + code_of(parked.reason) + "\n" + parked.origin;
}

struct Sealed {
  ParkedDay day;
  std::optional<ContactId> contact;
  std::string_view text;  // base64
};

// "<number>:" at its beginning, which is taken away.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [colon, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || colon == text.data() + text.size() || *colon != ':') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(colon - text.data()) + 1);
  return number;
}

// Base64 has no colon.
std::optional<Sealed> find_seal(std::string_view raw) {
  if (!raw.starts_with(kAlgorithm)) return std::nullopt;
  raw.remove_prefix(kAlgorithm.size());
  const auto day = take_number(raw);
  if (!day) return std::nullopt;
  const auto contact = take_number(raw);
  return Sealed{{*day}, contact ? std::optional(ContactId{*contact}) : std::nullopt, raw};
}

// "<size of the reason>:<reason><bytes>"
std::optional<ParkedContent> parse_content(std::string_view text) {
  std::size_t size = 0;
  const char* const end = text.data() + text.size();
  const auto [colon, error] = std::from_chars(text.data(), end, size);
  if (error != std::errc() || colon == end || *colon != ':') return std::nullopt;
  const std::string_view rest(colon + 1, static_cast<std::size_t>(end - colon - 1));
  if (size > rest.size()) return std::nullopt;
  return ParkedContent{std::string(rest.substr(0, size)), to_base64(rest.substr(size))};
}

// Of one that is erased: none that anybody keeps.
Result<SecretKey> key_of_contact(ContactKeys& keys, ContactId contact) {
  RAPPORT_TRY(keys.make_missing({&contact, 1}));
  const auto found = keys.find(contact);
  if (!found) return found.error();
  if (found->state == KeyState::missing) {
    return Error{Errc::internal, "contact " + std::to_string(contact.value) + " has no key"};
  }
  return found->state == KeyState::there ? found->key : SecretKey::draw();
}

// Nothing: the key is destroyed. Errors: corrupt; those of unseal.
Result<std::optional<std::string>> text_of(Result<Unsealed> unsealed, const std::string& name) {
  if (!unsealed) return unsealed.error();
  if (unsealed->state == KeyState::destroyed) return std::optional<std::string>();
  if (unsealed->state == KeyState::missing) return Error{Errc::corrupt, "the key of " + name + " is missing"};
  if (!unsealed->text) return Error{Errc::corrupt, name + " does not open under its key"};
  return std::move(unsealed->text);
}

}  // namespace

std::optional<Subject> subject_named_in(std::string_view bytes) {
  constexpr std::string_view kMember = R"("subject")", kSpace = " \t\r\n";
  const std::size_t member = bytes.find(kMember);
  if (member == std::string_view::npos) return std::nullopt;
  bytes.remove_prefix(member + kMember.size());
  for (const char expected : {':', '"'}) {
    const std::size_t at = bytes.find_first_not_of(kSpace);
    if (at == std::string_view::npos || bytes[at] != expected) return std::nullopt;
    bytes.remove_prefix(at + 1);
  }
  const std::size_t end = bytes.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  const auto subject = parse_subject(bytes.substr(0, end));
  return subject ? std::optional(*subject) : std::nullopt;
}

Result<EventParked> seal_parked(ContactKeys& keys, const EventParked& parked, std::optional<ContactId> contact,
                                Timestamp when) {
  const ParkedDay day = parked_day_of(when);
  const auto bytes = from_base64(parked.raw);
  if (!bytes) return bytes.error();
  const auto key = keys.key_of_day(day);
  if (!key) return key.error();
  EventParked out{code_of(parked.reason), mark_of(day, contact), parked.origin};
  const std::string bound = bound_by(parked, out.raw);
  std::string content = std::to_string(parked.reason.size()) + ":" + parked.reason + *bytes;
  if (contact) {
    const auto own = key_of_contact(keys, *contact);
    if (!own) return own.error();
    content = seal_bytes(*own, content, bound);
  }
  out.raw += to_base64(seal_bytes(*key, content, bound));
  return out;
}

Result<std::optional<ParkedContent>> open_parked(const ContactKeys* keys, const EventParked& parked) {
  const auto sealed = find_seal(parked.raw);
  if (!sealed) return std::optional(ParkedContent{parked.reason, parked.raw});
  const std::string name = "what was parked as " + parked.origin;
  const std::string bound = bound_by(parked, mark_of(sealed->day, sealed->contact));
  const auto bytes = from_base64(sealed->text);
  if (!bytes) return Error{Errc::corrupt, name + " is not base64"};
  auto text = text_of(keys ? keys->unseal(sealed->day, *bytes, bound) : Result<Unsealed>(Unsealed{}), name);
  if (text && *text && sealed->contact) text = text_of(keys->unseal(*sealed->contact, **text, bound), name);
  if (!text) return text.error();
  if (!*text) return std::optional<ParkedContent>();
  auto content = parse_content(**text);
  if (!content) return Error{Errc::corrupt, name + " does not open under its key"};
  return content;
}

}  // namespace rapport

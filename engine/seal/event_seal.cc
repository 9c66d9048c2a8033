#include "engine/seal/event_seal.h"

#include <sodium.h>

#include <array>

#include "events/bytes_text.h"
#include "events/event_encoder.h"

namespace rapport {
namespace {

constexpr std::string_view kAlgorithm = "xchacha20poly1305";
constexpr std::string_view kAlgorithmMember = R"("enc":"xchacha20poly1305",)";
constexpr std::string_view kSealedMember = R"("data_base64":")";
constexpr std::string_view kSealedEnd = R"("})";
constexpr std::size_t kHashSize = 16;

// Types that say nothing but which contacts they are about: a fold needs that also after an erasure.
bool speaks_of_ids_alone(EventType type) {
  switch (type) {
    case EventType::contact_merged_into:
    case EventType::contact_unmerged:
    case EventType::contact_absorbed:
    case EventType::contact_parted:
    case EventType::contact_deleted: return true;
    default: return false;
  }
}

// The envelope without its last brace and with the comma that a further member needs.
std::string head_of(const Event& event) {
  Event head;
  head.id = event.id;
  head.source = event.source;
  head.type = event.type;
  head.type_name = event.type_name;
  head.subject = event.subject;
  head.time = event.time;
  head.expected_version = event.expected_version;
  head.correlation_id = event.correlation_id;
  head.causation_id = event.causation_id;
  head.schema_version = event.schema_version;
  head.enc = kAlgorithm;
  if (speaks_of_ids_alone(event.type)) head.data = event.data;
  std::string text = encode_event(head);
  text.back() = ',';
  return text;
}

struct Sealed {
  std::string_view head;  // with its comma
  std::string_view text;  // base64
};

// Our own writing, byte for byte: anything else is an event in clear.
std::optional<Sealed> find_seal(std::string_view value) {
  if (!value.ends_with(kSealedEnd)) return std::nullopt;
  const std::size_t end = value.size() - kSealedEnd.size();
  const std::size_t quote = value.rfind('"', end - 1);
  if (quote == std::string_view::npos || quote + 1 < kSealedMember.size()) return std::nullopt;
  const std::size_t begin = quote + 1 - kSealedMember.size();
  if (value.substr(begin, kSealedMember.size()) != kSealedMember || begin == 0 || value[begin - 1] != ',') {
    return std::nullopt;
  }
  return Sealed{value.substr(0, begin), value.substr(quote + 1, end - quote - 1)};
}

}  // namespace

bool is_sealed(std::string_view value) {
  const auto sealed = find_seal(value);
  return sealed && sealed->head.find(kAlgorithmMember) != std::string_view::npos;
}

Identity EventSeal::hide(const Identity& identity) const {
  const std::string text = to_string(identity);
  std::array<char, kHashSize> hash;
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), keys_->identity_key().data(),
                     SecretKey::kSize);
  return {identity.channel, "~" + to_base64url({hash.data(), hash.size()})};
}

Event EventSeal::hide_identity(const Event& event) const {
  const auto* identity = std::get_if<Identity>(&event.subject);
  if (identity == nullptr) return event;
  const Identity hidden = hide(*identity);
  Event out = event;
  out.subject = hidden;
  if (auto* claimed = std::get_if<IdentityClaimed>(&out.payload)) claimed->identity = hidden;
  if (auto* released = std::get_if<IdentityReleased>(&out.payload)) released->identity = hidden;
  out.data = encode_payload(out.type, out.payload);
  return out;
}

Result<std::string> EventSeal::seal(const Event& event, std::string text) const {
  const auto* contact = std::get_if<ContactId>(&event.subject);
  // Who erased a contact, and when, is what is left to be read.
  if (contact == nullptr || event.type == EventType::contact_erased) return text;
  auto found = keys_->find(*contact);
  if (!found) return found.error();
  if (found->state == KeyState::missing) {
    return Error{Errc::internal, "contact " + std::to_string(contact->value) + " has no key"};
  }
  if (found->state == KeyState::destroyed) found->key = SecretKey::draw();
  std::string out = head_of(event);
  const std::string sealed = seal_bytes(found->key, text, out);
  out += kSealedMember;
  out += to_base64(sealed);
  out += kSealedEnd;
  return out;
}

std::optional<Result<Event>> EventSeal::open(EventDecoder& decoder, std::string_view key,
                                             std::string_view value) const {
  const auto sealed = find_seal(value);
  if (!sealed) return std::nullopt;
  const auto subject = parse_subject(key);
  const auto* contact = subject ? std::get_if<ContactId>(&*subject) : nullptr;
  if (contact == nullptr) return std::nullopt;
  const auto bytes = from_base64(sealed->text);
  const auto found = keys_->unseal(*contact, bytes ? *bytes : std::string(), sealed->head);
  if (!found) return Result<Event>(found.error());
  if (found->state == KeyState::destroyed) {
    std::string head(sealed->head);
    head.back() = '}';
    auto emptied = decoder.decode_emptied(head);
    if (emptied) emptied->enc.reset();
    return emptied;
  }
  const std::string name = "contact " + std::to_string(contact->value);
  if (found->state == KeyState::missing)
    return Result<Event>(Error{Errc::corrupt, "the key of " + name + " is missing"});
  if (!found->text) return Result<Event>(Error{Errc::corrupt, "an event of " + name + " does not open under its key"});
  return decoder.decode(*found->text);
}

}  // namespace rapport

#include "engine/seal/parked_seal.h"

#include <charconv>

#include "events/bytes_text.h"

namespace rapport {
namespace {

constexpr std::string_view kAlgorithm = "xchacha20poly1305:";

std::string code_of(const std::string& reason) { return reason.substr(0, reason.find(':')); }

std::string bound_by(const EventParked& parked, ParkedDay day) {
  return std::string(kAlgorithm) + std::to_string(day.value) + "\n" + code_of(parked.reason) + "\n" + parked.origin;
}

struct Sealed {
  ParkedDay day;
  std::string_view text;  // base64
};

// Base64 has no colon.
std::optional<Sealed> find_seal(std::string_view raw) {
  if (!raw.starts_with(kAlgorithm)) return std::nullopt;
  const char* const begin = raw.data() + kAlgorithm.size();
  const char* const end = raw.data() + raw.size();
  Sealed out;
  const auto [colon, error] = std::from_chars(begin, end, out.day.value);
  if (error != std::errc() || colon == end || *colon != ':') return std::nullopt;
  out.text = {colon + 1, static_cast<std::size_t>(end - colon - 1)};
  return out;
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

}  // namespace

Result<EventParked> seal_parked(ContactKeys& keys, const EventParked& parked, Timestamp when) {
  const ParkedDay day = parked_day_of(when);
  const auto bytes = from_base64(parked.raw);
  if (!bytes) return bytes.error();
  const auto key = keys.key_of_day(day);
  if (!key) return key.error();
  EventParked out{code_of(parked.reason), std::string(kAlgorithm) + std::to_string(day.value) + ":", parked.origin};
  const std::string content = std::to_string(parked.reason.size()) + ":" + parked.reason + *bytes;
  out.raw += to_base64(seal_bytes(*key, content, bound_by(parked, day)));
  return out;
}

Result<std::optional<ParkedContent>> open_parked(const ContactKeys* keys, const EventParked& parked) {
  const auto sealed = find_seal(parked.raw);
  if (!sealed) return std::optional(ParkedContent{parked.reason, parked.raw});
  const std::string name = "what was parked as " + parked.origin;
  const auto found = keys == nullptr ? Result<FoundKey>(FoundKey{}) : keys->find(sealed->day);
  if (!found) return found.error();
  if (found->state == KeyState::destroyed) return std::optional<ParkedContent>();
  if (found->state == KeyState::missing) return Error{Errc::corrupt, "the key of " + name + " is missing"};
  const auto bytes = from_base64(sealed->text);
  const auto text = bytes ? found->open(*bytes, bound_by(parked, sealed->day)) : std::nullopt;
  auto content = text ? parse_content(*text) : std::nullopt;
  if (!content) return Error{Errc::corrupt, name + " does not open under its key"};
  return content;
}

}  // namespace rapport

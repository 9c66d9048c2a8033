#include "events/subject.h"

#include <algorithm>

#include "events/text.h"

namespace rapport {
namespace {

constexpr std::string_view kContactPrefix = "contact/";
constexpr std::string_view kCompanyPrefix = "company/";
constexpr std::string_view kIdentityPrefix = "identity/";
constexpr std::string_view kControl = "control";

bool is_channel_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

Result<std::uint64_t> parse_id(std::string_view text) {
  constexpr std::size_t kDigitsMax = 16;  // of 2^53 - 1
  std::uint64_t value = 0;
  bool valid = !text.empty() && text.size() <= kDigitsMax && text[0] != '0';
  for (const char c : text.substr(0, kDigitsMax)) {
    valid = valid && c >= '0' && c <= '9';
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (!valid || value > kIdMax) {
    return Error{Errc::invalid_argument, quote(text) + " is not an id: an integer from 1 to 2^53 - 1"};
  }
  return value;
}

std::string to_string(const Identity& identity) { return identity.channel + ":" + identity.external_id; }

Result<Identity> make_identity(std::string_view channel, std::string_view external_id) {
  const auto broken = [&](std::string_view part, std::string_view rule) {
    std::string detail =
        "the " + std::string(part) + " of " + quote(std::string(channel) + ":" + std::string(external_id));
    return Error{Errc::invalid_argument, detail.append(" ").append(rule)};
  };
  if (channel.empty() || channel.size() > kChannelSizeMax ||
      !std::all_of(channel.begin(), channel.end(), is_channel_char)) {
    return broken("channel", "is not 1 to 64 letters, digits, dots, underscores or dashes");
  }
  if (external_id.empty() || external_id.size() > kExternalIdSizeMax) {
    return broken("external id", "is not 1 to 256 bytes");
  }
  if (has_control_character(external_id)) return broken("external id", "has a control character");
  return Identity{std::string(channel), std::string(external_id)};
}

Result<Identity> parse_identity(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return Error{Errc::invalid_argument, quote(text) + " is not an identity: <channel>:<external id>"};
  }
  return make_identity(text.substr(0, colon), text.substr(colon + 1));
}

std::string to_string(const Subject& subject) {
  struct Visitor {
    std::string operator()(const ContactId& id) const { return std::string(kContactPrefix) + std::to_string(id.value); }
    std::string operator()(const CompanyId& id) const { return std::string(kCompanyPrefix) + std::to_string(id.value); }
    std::string operator()(const Identity& id) const { return std::string(kIdentityPrefix) + to_string(id); }
    std::string operator()(const ControlSubject&) const { return std::string(kControl); }
  };
  return std::visit(Visitor{}, subject);
}

Result<Subject> parse_subject(std::string_view text) {
  if (text.starts_with(kContactPrefix)) {
    const auto id = parse_id(text.substr(kContactPrefix.size()));
    if (!id) return id.error();
    return Subject{ContactId{*id}};
  }
  if (text.starts_with(kCompanyPrefix)) {
    const auto id = parse_id(text.substr(kCompanyPrefix.size()));
    if (!id) return id.error();
    return Subject{CompanyId{*id}};
  }
  if (text.starts_with(kIdentityPrefix)) {
    auto identity = parse_identity(text.substr(kIdentityPrefix.size()));
    if (!identity) return identity.error();
    return Subject{*std::move(identity)};
  }
  if (text == kControl) return Subject{ControlSubject{}};
  return Error{Errc::invalid_argument,
               quote(text) + " is not contact/<id>, company/<id> or identity/<channel>:<external id>"};
}

}  // namespace rapport

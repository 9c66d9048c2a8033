// What an event is about: a contact, a company, a channel's identity of a contact, or the engine itself (control).
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <variant>

#include "events/ids.h"

namespace rapport {

inline constexpr std::size_t kChannelSizeMax = 64;
inline constexpr std::size_t kExternalIdSizeMax = 256;

// A visitor as one channel knows it: ("web", "a81f"). `channel` holds letters, digits, '.', '_' and '-'; `external_id`
// is any non-empty text without control characters.
struct Identity {
  std::string channel;
  std::string external_id;

  friend auto operator<=>(const Identity&, const Identity&) = default;
};

// "web:a81f"
std::string to_string(const Identity& identity);

// Errors (both): invalid_argument, saying which part breaks which rule.
[[nodiscard]] Result<Identity> make_identity(std::string_view channel, std::string_view external_id);
[[nodiscard]] Result<Identity> parse_identity(std::string_view text);

struct ControlSubject {
  friend auto operator<=>(const ControlSubject&, const ControlSubject&) = default;
};

using Subject = std::variant<ContactId, CompanyId, Identity, ControlSubject>;

// "contact/1042", "company/7", "identity/web:a81f", "control": the log's key.
std::string to_string(const Subject& subject);

// Errors: invalid_argument.
[[nodiscard]] Result<Subject> parse_subject(std::string_view text);

}  // namespace rapport

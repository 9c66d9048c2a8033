// The body of the compatible API's contact create and update, as the data of an event:
//
//   {"fields":{"name":"Ada",...},"email":"a@x.example","clientType":"web","dateCreated":"2026-01-01T00:00:00.000Z"}
#pragma once

#include <optional>
#include <string>

#include "events/result.h"
#include "events/timestamp.h"

namespace rapport {

struct CompatibleContactBody {
  std::string data;                       // of contact.created or contact.changed
  std::optional<Timestamp> date_updated;  // the claimed time of the change
  bool empty = false;                     // it names nothing to set
};

enum class CompatibleWrite : bool { create, update };

// Errors: invalid_json, invalid_argument (the member that is unknown or of the wrong type).
[[nodiscard]] Result<CompatibleContactBody> parse_compatible_contact(const std::string& body, CompatibleWrite write);

}  // namespace rapport

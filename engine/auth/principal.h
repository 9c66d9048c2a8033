// Who makes a request: what authorizing it found out, and what its events are stamped with.
#pragma once

#include <cstdint>
#include <string>

#include "events/timestamp.h"

namespace rapport {

struct Principal {
  std::string key_id;           // of the API key; not a secret. Empty: nobody, on an open route
  bool reads_personal = false;  // it has kPersonalScope
  bool reads_contacts = false;  // it has kContactsScope
  bool publishes = false;       // it has kPublishScope
  std::uint64_t session = 0;    // the number of the session that it came by; 0: it showed the key itself
  Timestamp session_end{};      // of that
};

}  // namespace rapport

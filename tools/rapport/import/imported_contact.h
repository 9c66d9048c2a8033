// A contact as another system has it, as events:
//
//   contact.created   at the time since when it is there, where that is known
//   contact.changed   what it is, at the time since when it is so
//
// each addressed to identity/<channel>:<key>, or to contact/<key>.
//
// Invariants: an event's id is a hash of what it says, so that the same contact gives the same events again, and the
// engine folds them once.
#pragma once

#include <string>
#include <vector>

#include "events/event.h"

namespace rapport {

struct ImportedContact {
  std::string key;  // what the other system knows it by
  Timestamp time;
  std::optional<Timestamp> created;
  ContactChanged state;
};

struct ImportedContactOptions {
  std::string source = "import/contacts";
  std::string channel = "import";
  bool keep_ids = false;  // the key is the contact's id here, too
};

// Errors: invalid_argument: the key cannot be an identity's or, where ids are kept, no id.
[[nodiscard]] Result<std::vector<Event>> events_of(ImportedContact contact, const ImportedContactOptions& options);

}  // namespace rapport

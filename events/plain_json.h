// Reads JSON in the spelling that nearly every program writes, in one pass and without a copy: no white space outside
// of texts, no escapes in them, no number but an integer of at most 18 digits. Such a document's own bytes are its
// canonical spelling.
//
// Invariants: what is taken is taken exactly as by simdjson and the checks behind it; whatever is spelled otherwise, or
// is wrong in any way, is left to them, who say what is wrong. Internal to events/.
#pragma once

#include <string_view>
#include <vector>

#include "events/json_node.h"

namespace rapport::events_internal {

class PlainJson {
 public:
  // The root, which is an object, valid until the next call; null where the document is not plain. Views into `json`.
  const JsonNode* read(std::string_view json);

 private:
  std::vector<JsonNode> nodes_;
};

}  // namespace rapport::events_internal

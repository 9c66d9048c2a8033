// A document that simdjson has parsed, as nodes: the way of every spelling that plain_json.h leaves alone. Internal to
// events/.
#pragma once

#include <simdjson.h>

#include <deque>
#include <string>
#include <vector>

#include "events/json_node.h"

namespace rapport::events_internal {

class JsonTree {
 public:
  // The root, valid until the next call and as long as the parser's document. `root` has passed check_document().
  const JsonNode& build(simdjson::dom::element root);

 private:
  void add(std::string_view key, simdjson::dom::element value);

  std::vector<JsonNode> nodes_;
  std::deque<std::string> spellings_;  // of reals
};

}  // namespace rapport::events_internal

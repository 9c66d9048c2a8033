#include "events/json_node.h"

#include <utility>

namespace rapport::events_internal {
namespace {

// As it stands in the document: a text with its quotes.
std::string_view source_of(const JsonNode& node) {
  return node.is_text() ? std::string_view(node.text.data() - 1, node.text.size() + 2) : node.text;
}

}  // namespace

void append_canonical(std::string& out, const JsonNode& node) {
  if (node.as_written) {
    out += source_of(node);
    return;
  }
  switch (node.kind) {
    case JsonNode::Kind::null: out += "null"; return;
    case JsonNode::Kind::boolean: out += node.number != 0 ? "true" : "false"; return;
    case JsonNode::Kind::negative: out += std::to_string(static_cast<std::int64_t>(node.number)); return;
    case JsonNode::Kind::natural: out += std::to_string(node.number); return;
    case JsonNode::Kind::real: out += node.text; return;
    case JsonNode::Kind::text: append_json_string(out, node.text); return;
    case JsonNode::Kind::array:
    case JsonNode::Kind::object: break;
  }
  bool first = true;
  out += node.is_object() ? '{' : '[';
  for (const JsonNode& child : node.children()) {
    if (!std::exchange(first, false)) out += ',';
    if (node.is_object()) {
      append_json_string(out, child.key);
      out += ':';
    }
    append_canonical(out, child);
  }
  out += node.is_object() ? '}' : ']';
}

JsonText canonical_json(const JsonNode& node) {
  if (node.as_written) return JsonText{std::string(source_of(node))};
  JsonText json;
  append_canonical(json.text, node);
  return json;
}

}  // namespace rapport::events_internal

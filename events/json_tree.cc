#include "events/json_tree.h"

#include "events/result.h"

namespace rapport::events_internal {

namespace dom = simdjson::dom;
using Kind = JsonNode::Kind;

const JsonNode& JsonTree::build(dom::element root) {
  nodes_.clear();
  spellings_.clear();
  add({}, root);
  return nodes_.front();
}

void JsonTree::add(std::string_view key, dom::element value) {
  const std::size_t index = nodes_.size();
  JsonNode& node = nodes_.emplace_back(JsonNode{.key = key});
  switch (value.type()) {
    case dom::element_type::NULL_VALUE: return;
    case dom::element_type::BOOL:
      node.kind = Kind::boolean;
      node.number = value.get_bool().value_unsafe();
      return;
    case dom::element_type::INT64: {
      const std::int64_t number = value.get_int64().value_unsafe();
      node.kind = number < 0 ? Kind::negative : Kind::natural;
      node.number = static_cast<std::uint64_t>(number);
      return;
    }
    case dom::element_type::UINT64:
      node.kind = Kind::natural;
      node.number = value.get_uint64().value_unsafe();
      return;
    case dom::element_type::DOUBLE:
      node.kind = Kind::real;
      node.text = spellings_.emplace_back(simdjson::minify(value));
      return;
    case dom::element_type::STRING:
      node.kind = Kind::text;
      node.text = value.get_string().value_unsafe();
      return;
    case dom::element_type::ARRAY:
      node.kind = Kind::array;
      for (const dom::element child : dom::array(value)) add({}, child);
      break;
    case dom::element_type::OBJECT:
      node.kind = Kind::object;
      for (const auto [name, child] : dom::object(value)) add(name, child);
      break;
  }
  nodes_[index].span = static_cast<std::uint32_t>(nodes_.size() - index);
}

}  // namespace rapport::events_internal

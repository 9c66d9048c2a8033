#include "projections/contact_paths.h"

#include <algorithm>

#include "projections/register_writes.h"

namespace rapport {
namespace {

JsonText json_of(const JsonText& value) { return value; }
JsonText json_of(bool value) { return JsonText{value ? "true" : "false"}; }
JsonText json_of(const std::optional<Block>& block) { return block_json(block); }
template <class Id>
JsonText json_of(const std::optional<Id>& id) {
  return JsonText{id ? std::to_string(id->value) : "null"};
}

template <class T>
std::optional<WrittenValue> written(const Register<T>& kept) {
  if (!kept.written()) return std::nullopt;
  return WrittenValue{json_of(kept.value), kept.stamp};
}
template <class Registers, class Key>
std::optional<WrittenValue> written(const Registers& registers, const Key& key) {
  const auto found = registers.find(key);
  return found == registers.end() ? std::nullopt : written(found->second);
}

}  // namespace

std::string identity_path(const Identity& identity) { return "identities." + to_string(identity); }

std::map<std::string, JsonText> values_by_path(const ContactState& state) {
  const JsonText yes{"true"};
  std::map<std::string, JsonText> out;
  for (const auto& [key, field] : state.fields) {
    if (!is_null(field.value)) out.emplace("fields." + key, field.value);
  }
  for (const auto& [attribute, written] : state.client) {
    const std::string name(kClientAttributeNames[static_cast<std::size_t>(attribute)]);
    if (!is_null(written.value)) out.emplace("client." + name, written.value);
  }
  for (const auto& [tag, present] : state.tags) {
    if (present.value) out.emplace("tags." + tag, yes);
  }
  for (const Identity& identity : state.identities) out.emplace(identity_path(identity), yes);
  if (state.company.value) out.emplace("companyId", JsonText{std::to_string(state.company.value->value)});
  out.emplace("archived", JsonText{state.archived.value ? "true" : "false"});
  if (state.blocked.value) out.emplace("blocked", block_json(state.blocked.value));
  if (state.merged_into.value) out.emplace("mergedInto", JsonText{std::to_string(state.merged_into.value->value)});
  if (state.gone == Gone::deleted) out.emplace("deleted", yes);
  return out;
}

std::optional<WrittenValue> written_at(const ContactState& state, std::string_view path) {
  const std::string key(path.substr(std::min(path.find('.'), path.size() - 1) + 1));
  if (path.starts_with("fields.")) return written(state.fields, key);
  if (path.starts_with("tags.")) return written(state.tags, key);
  if (path.starts_with("client.")) {
    const auto name = std::find(kClientAttributeNames.begin(), kClientAttributeNames.end(), key);
    if (name == kClientAttributeNames.end()) return std::nullopt;
    return written(state.client, static_cast<ClientAttribute>(name - kClientAttributeNames.begin()));
  }
  if (path == "companyId") return written(state.company);
  if (path == "archived") return written(state.archived);
  if (path == "blocked") return written(state.blocked);
  if (path == "mergedInto") return written(state.merged_into);
  return std::nullopt;
}

}  // namespace rapport

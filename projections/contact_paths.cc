#include "projections/contact_paths.h"

#include "projections/register_writes.h"

namespace rapport {

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

}  // namespace rapport

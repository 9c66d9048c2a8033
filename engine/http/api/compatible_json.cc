#include "engine/http/api/compatible_json.h"

#include "engine/http/api/compatible_relations.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

template <class Fields, class Shows>
void write_fields(JsonWriter& json, const Fields& fields, const Shows& shows) {
  json.begin_object();
  for (const auto& [key, written] : fields) {
    if (!is_null(written.value) && shows(key)) json.key(key).raw(written.value);
  }
  json.end_object();
}

Result<void> write_company(JsonWriter& json, const View& view, const std::optional<CompanyId>& id,
                           const CompatibleShape& shape) {
  if (!id) {
    json.raw("{\"fields\":{}}");
    return {};
  }
  const auto elsewhere = shape.companies.find(*id);
  if (elsewhere == shape.companies.end()) return write_compatible_company(json, view, *id);
  json.raw(elsewhere->second);
  return {};
}

void write_tags(JsonWriter& json, const View& view, const ContactState& state) {
  json.begin_array();
  for (const auto& [name, written] : state.tags) {
    if (!written.value) continue;
    json.begin_object();
    const auto declared = view.control().tag_by_name.find(name);
    if (declared != view.control().tag_by_name.end()) {
      const TagDefined& tag = view.control().tags.find(declared->second)->second;
      json.key("id").number(tag.id);
      json.key("color").string_or_null(tag.color);
    }
    json.key("name").string(name).end_object();
  }
  json.end_array();
}

}  // namespace

Result<void> write_compatible_company(JsonWriter& json, const View& view, CompanyId id) {
  const auto company = read_company(view, id);
  if (!company) return company.error();
  json.begin_object();
  json.key("id").number(id.value);
  if (*company && (*company)->is_live()) {
    json.key("dateCreated").time((*company)->date_created());
    json.key("dateUpdated").time_or_null((*company)->updated);
    json.key("fields");
    write_fields(json, (*company)->fields, [](const std::string&) { return true; });
  } else {
    json.key("fields").raw("{}");
  }
  json.end_object();
  return {};
}

Result<void> begin_compatible_contact(JsonWriter& json, const View& view, ContactId id, const ContactState& state,
                                      const CompatibleShape& shape, const Sight& sight) {
  json.begin_object();
  json.key("id").number(id.value);
  if (shape.shows("dateCreated")) json.key("dateCreated").time(state.date_created());
  if (shape.shows("dateUpdated")) json.key("dateUpdated").time(state.updated.value_or(state.date_created()));
  for (std::size_t i = 0; i < kClientAttributeNames.size(); ++i) {
    if (!shape.shows(kClientAttributeNames[i])) continue;
    json.key(kClientAttributeNames[i]);
    const auto written = state.client.find(static_cast<ClientAttribute>(i));
    const bool seen = sight.sees_path(std::string("client.").append(kClientAttributeNames[i]));
    written == state.client.end() || !seen ? json.null() : json.raw(written->second.value);
  }
  if (shape.shows("archive")) json.key("archive").string(state.archived.value ? "yes" : "no");
  if (shape.shows("companyId")) {
    json.key("companyId");
    state.company.value ? json.number(state.company.value->value) : json.null();
  }
  if (shape.relations.contains("fields")) {
    json.key("fields");
    write_fields(json, state.fields, [&](const std::string& key) { return sight.sees_field(key); });
  }
  if (shape.relations.contains("tags")) {
    json.key("tags");
    write_tags(json, view, state);
  }
  if (shape.relations.contains("company")) {
    json.key("company");
    RAPPORT_TRY(write_company(json, view, state.company.value, shape));
  }
  if (shape.relations.contains("visits")) {
    json.key("visits");
    RAPPORT_TRY(write_compatible_visits(json, view, id, sight));
  }
  if (shape.relations.contains("cases")) {
    json.key("cases");
    RAPPORT_TRY(write_compatible_cases(json, view, id, sight));
  }
  if (shape.relations.contains("timeline")) {
    json.key("timeline");
    RAPPORT_TRY(write_compatible_timeline(json, view, id, sight));
  }
  return {};
}

Result<void> write_compatible_contact(JsonWriter& json, const View& view, ContactId id, const ContactState& state,
                                      const CompatibleShape& shape, const Sight& sight) {
  RAPPORT_TRY(begin_compatible_contact(json, view, id, state, shape, sight));
  json.end_object();
  return {};
}

}  // namespace rapport

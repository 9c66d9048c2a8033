#include "engine/http/api/company_answer.h"

#include <algorithm>
#include <array>

#include "engine/http/api/compatible_json.h"
#include "engine/http/api/sight.h"
#include "events/text.h"
#include "projections/contact_list.h"

namespace rapport {
namespace {

constexpr std::array<std::string_view, 4> kRelations{"fields", "contacts", "parent", "companies"};
constexpr std::string_view kFieldPrefix = "fields.";

// The first of them, as lists show contacts.
Result<std::vector<MergedContact>> contacts_of(const View& view, CompanyId company,
                                               const std::vector<ContactId>* among) {
  const std::string clause = "companyId|eq|" + std::to_string(company.value);
  auto where = Where::parse(std::vector<std::string_view>{clause}, view.control());
  if (!where) return where.error();
  const ContactListQuery query{.where = *std::move(where), .limit = kCompanyContactsMax};
  auto page = among == nullptr ? list_contacts(view, query) : list_contacts_among(view, *among, query);
  if (!page) return page.error();
  return std::move(page->contacts);
}

void write_fields(JsonWriter& json, const CompanyState& state) {
  json.begin_object();
  for (const auto& [key, written] : state.fields) {
    if (!is_null(written.value)) json.key(key).raw(written.value);
  }
  json.end_object();
}

Result<void> write_contacts(JsonWriter& json, const View& view, CompanyId company, const CompanyShape& shape,
                            const Sight& sight) {
  if (const auto known = shape.contacts.find(company); known != shape.contacts.end()) {
    json.raw("[" + known->second + "]");
    return {};
  }
  const auto contacts = company_contacts(view, company, sight);
  if (!contacts) return contacts.error();
  json.begin_array();
  for (const auto& [id, contact] : *contacts) json.raw(contact);
  json.end_array();
  return {};
}

}  // namespace

Result<std::vector<std::pair<ContactId, std::string>>> company_contacts(const View& view, CompanyId company,
                                                                        const Sight& sight,
                                                                        const std::vector<ContactId>* among) {
  const auto contacts = contacts_of(view, company, among);
  if (!contacts) return contacts.error();
  std::vector<std::pair<ContactId, std::string>> out;
  for (const MergedContact& contact : *contacts) {
    std::string text;
    JsonWriter json(text);
    RAPPORT_TRY(write_compatible_contact(json, view, contact.root, contact.state, {{}, {"fields"}}, sight));
    out.emplace_back(contact.root, std::move(text));
  }
  return out;
}

Result<CompanyShape> company_shape_of(const RequestContext& context) {
  const HttpRequest& request = context.request();
  CompanyShape shape{names_of(request, "select"), names_of(request, "relations")};
  for (const std::string& relation : shape.relations) {
    if (std::find(kRelations.begin(), kRelations.end(), relation) == kRelations.end()) {
      return Error{Errc::invalid_argument, quote(relation) + " is none of fields, contacts, parent and companies",
                   "relations"};
    }
  }
  for (const std::string_view relation : kRelations) {
    if (shape.select.contains(relation)) shape.relations.emplace(relation);
  }
  if (shape.relations.contains("contacts")) RAPPORT_TRY(check_shows_contacts(context.principal(), "relations"));
  return shape;
}

Result<EqualityWhere> company_where_of(const HttpRequest& request) {
  constexpr std::array<std::string_view, 2> kColumns{"id", kFieldPrefix};
  return EqualityWhere::parse(request, kColumns);
}

bool matches(const EqualityWhere& where, CompanyId id, const CompanyState& state) {
  return where.matches([&](std::string_view column, std::string_view value) {
    if (column == "id") return std::to_string(id.value) == value;
    const auto field = state.fields.find(std::string(column.substr(kFieldPrefix.size())));
    if (field == state.fields.end() || is_null(field->second.value)) return false;
    return field->second.value == json_string(value) || field->second.value.text == value;
  });
}

Result<std::string> company_items(const View& view, const std::vector<ListedCompany>& companies,
                                  const CompanyShape& shape, const Sight& sight) {
  const auto shows = [&](std::string_view column) { return shape.select.empty() || shape.select.contains(column); };
  std::string items;
  for (const auto& [id, state] : companies) {
    if (!items.empty()) items += ',';
    JsonWriter json(items);
    json.begin_object();
    json.key("id").number(id.value);
    if (shows("dateCreated")) json.key("dateCreated").time(state.date_created());
    if (shows("dateUpdated")) json.key("dateUpdated").time_or_null(state.updated);
    // A company of Rapport has no other above or below it.
    if (shape.relations.contains("parent")) json.key("parent").null();
    if (shape.relations.contains("companies")) json.key("companies").raw("[]");
    if (shape.relations.contains("contacts")) {
      json.key("contacts");
      if (auto written = write_contacts(json, view, id, shape, sight); !written) return written.error();
    }
    if (shape.relations.contains("fields")) {
      json.key("fields");
      write_fields(json, state);
    }
    json.end_object();
    RAPPORT_TRY(check_page_bytes(items.size()));
  }
  return items;
}

}  // namespace rapport

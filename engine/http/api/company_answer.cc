#include "engine/http/api/company_answer.h"

#include <algorithm>
#include <array>

#include "engine/http/api/compatible_json.h"
#include "events/text.h"
#include "projections/contact_list.h"

namespace rapport {
namespace {

constexpr std::array<std::string_view, 4> kRelations{"fields", "contacts", "parent", "companies"};
constexpr std::string_view kFieldPrefix = "fields.";

// The first of them, as lists show contacts.
Result<std::vector<MergedContact>> contacts_of(const View& view, CompanyId company) {
  const std::string clause = "companyId|eq|" + std::to_string(company.value);
  auto where = Where::parse(std::vector<std::string_view>{clause}, view.control());
  if (!where) return where.error();
  auto page = list_contacts(view, {.where = *std::move(where), .limit = kCompanyContactsMax});
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

Result<void> write_contacts(JsonWriter& json, const View& view, CompanyId company, const Sight& sight) {
  const auto contacts = contacts_of(view, company);
  if (!contacts) return contacts.error();
  json.begin_array();
  for (const MergedContact& contact : *contacts) {
    RAPPORT_TRY(write_compatible_contact(json, view, contact.root, contact.state, {{}, {"fields"}}, sight));
  }
  json.end_array();
  return {};
}

// The value of "id|eq|12" behind its column and operator, with \| and \, resolved.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

}  // namespace

Result<CompanyShape> company_shape_of(const HttpRequest& request) {
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
  return shape;
}

Result<CompanyWhere> CompanyWhere::parse(const HttpRequest& request) {
  CompanyWhere out;
  for (const char* parameter : {"where", "where[]"}) {
    for (const std::string_view text : request.query.values(parameter)) {
      const auto first = text.find('|');
      const auto second = first == std::string_view::npos ? first : text.find('|', first + 1);
      const std::string_view column = text.substr(0, first);
      if (second == std::string_view::npos || text.substr(first + 1, second - first - 1) != "eq" ||
          (column != "id" && !column.starts_with(kFieldPrefix))) {
        return Error{Errc::invalid_argument, "is like id|eq|12 or fields.industry|eq|IT", "where"};
      }
      out.clauses_.push_back({std::string(column), unescaped(text.substr(second + 1))});
    }
  }
  return out;
}

bool CompanyWhere::matches(CompanyId id, const CompanyState& state) const {
  return std::all_of(clauses_.begin(), clauses_.end(), [&](const Clause& clause) {
    if (clause.column == "id") return std::to_string(id.value) == clause.value;
    const auto field = state.fields.find(clause.column.substr(kFieldPrefix.size()));
    if (field == state.fields.end()) return false;
    return field->second.value == json_string(clause.value) || field->second.value.text == clause.value;
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
      if (auto written = write_contacts(json, view, id, sight); !written) return written.error();
    }
    if (shape.relations.contains("fields")) {
      json.key("fields");
      write_fields(json, state);
    }
    json.end_object();
  }
  return items;
}

}  // namespace rapport

// /api/v1/crm/objects/case: the cases of all contacts, to be read; channels make them, by events.
#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "engine/http/api/compatible_case.h"
#include "engine/http/api/compatible_contact_answer.h"
#include "engine/http/api/equality_where.h"
#include "engine/http/api/group_rows.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/sight.h"
#include "events/text.h"
#include "projections/contact_list.h"
#include "projections/contact_reader.h"
#include "projections/key_layout.h"
#include "projections/merges_shown.h"
#include "projections/root_reader.h"

namespace rapport {
namespace {

// Of those that the API names, Rapport has one; the others are refused, not silently left out.
constexpr std::string_view kContactRelation = "contact";
constexpr std::array<std::string_view, 5> kColumns{"id", "contactId", "status", "channel", "userId"};

struct CaseShape {
  NameSet select;
  bool with_contact = false;
};

Result<CaseShape> case_shape_of(const RequestContext& context) {
  const HttpRequest& request = context.request();
  CaseShape shape{names_of(request, "select")};
  shape.with_contact = shape.select.contains(kContactRelation);
  for (const std::string& relation : names_of(request, "relations")) {
    if (relation != kContactRelation) {
      return Error{Errc::invalid_argument, quote(relation) + " is not contact, the one relation of a case",
                   "relations"};
    }
    shape.with_contact = true;
  }
  if (shape.with_contact) RAPPORT_TRY(check_shows_contacts(context.principal(), "relations"));
  return shape;
}

// What `where` asks of a case, by equality alone.
bool matches(const EqualityWhere& where, ContactId contact, const ListedCase& listed) {
  return where.matches([&](std::string_view column, std::string_view value) {
    if (column == "id") return listed.id == value;
    if (column == "contactId") return std::to_string(contact.value) == value;
    if (column == "channel") return listed.started && listed.started->channel == value;
    if (column == "userId") return listed.agent_id == value;
    return kCaseStatusNames[static_cast<std::size_t>(listed.support_case.status())] == value;
  });
}

// A case of a contact that is not gone.
using EachListed = std::function<Result<bool>(const MergedContact& contact, ContactId own, const ListedCase& listed)>;

Result<void> each_case(const View& view, const EachListed& each) {
  // Also where nobody who is merged elsewhere has a case: the whole of a root that has one would lack him.
  RAPPORT_TRY(check_merges_shown(view));
  RootReader roots(view);
  using Whole = Result<std::optional<MergedContact>>;
  std::optional<std::pair<ContactId, Whole>> read;  // of the case before
  return walk_cases(view, [&](ContactId own, std::string_view id) -> Result<bool> {
    if (!view.shows(own)) return true;  // a partition's that is another instance's
    if (!read || read->first != own) read.emplace(own, roots.merge_of(own));
    const Whole& contact = read->second;
    if (!contact) return contact.error();
    if (!*contact) return true;
    const auto listed = read_case(view, own, id);
    if (!listed) return listed.error();
    return each(**contact, own, **listed);
  });
}

// Of these contacts.
Result<void> each_case_of(const View& view, const std::set<ContactId>& contacts, const EachListed& each) {
  RootReader roots(view);
  for (const ContactId own : contacts) {
    const auto contact = roots.merge_of(own);
    if (!contact) return contact.error();
    if (!*contact) continue;
    const auto cases = list_cases(view, own, std::numeric_limits<std::size_t>::max());
    if (!cases) return cases.error();
    for (const ListedCase& listed : *cases) {
      const auto go_on = each(**contact, own, listed);
      if (!go_on) return go_on.error();
      if (!*go_on) return {};
    }
  }
  return {};
}

Result<void> write_case(JsonWriter& json, const View& view, const MergedContact& contact, ContactId own,
                        const ListedCase& listed, const CaseShape& shape, const Sight& sight) {
  begin_compatible_case(json, own, listed, shape.select, sight);
  if (shape.with_contact) {
    RAPPORT_TRY(write_compatible_contact(json.key(kContactRelation), view, contact.root, contact.state, {}, sight));
  }
  json.end_object();
  return {};
}

// In order of contact and label.
using Fits = std::function<bool(ContactId own, const ListedCase& listed)>;
Result<GroupRow> case_row(const View& view, const MergedContact& contact, ContactId own, const ListedCase& listed,
                          const CaseShape& shape, const Sight& sight) {
  GroupRow row{case_key(own, listed.id), ""};
  JsonWriter json(row.item);
  RAPPORT_TRY(write_case(json, view, contact, own, listed, shape, sight));
  return row;
}

// What an owner answers of its contacts' cases that `fits`.
asio::awaitable<HttpResponse> member_cases(RequestContext& context, ApiServices& services, CaseShape shape, Fits fits) {
  const auto asked = co_await rows_asked(context, services);
  if (!asked) co_return compatible_problem(context, asked.error());
  const Sight sight(context.principal(), asked->view->control());
  RowsAnswer answer(*asked);
  const auto walked = each_case(
      *asked->view, [&](const MergedContact& contact, ContactId own, const ListedCase& listed) -> Result<bool> {
        if (!fits(own, listed)) return true;
        answer.count(1);
        if (!answer.wants_more()) return true;
        auto row = case_row(*asked->view, contact, own, listed, shape, sight);
        if (!row) return row.error();
        answer.add(*std::move(row));
        return true;
      });
  if (!walked) co_return compatible_problem(context, walked.error());
  co_return answer.response(services);
}

// The contacts that have a case.
Result<std::set<ContactId>> with_cases(const Families& families) {
  std::set<ContactId> out;
  for (const ContactId id : families.contacts) {
    const auto state = read_contact(*families.view, id);
    if (!state) return state.error();
    if (*state && (*state)->cases > 0) out.insert(id);
  }
  return out;
}

asio::awaitable<Result<RowsOfFamilies>> family_cases(RequestContext& context, ApiServices& services,
                                                     const Families& families, CaseShape shape, Fits fits) {
  const auto contacts = with_cases(families);
  if (!contacts) co_return contacts.error();
  const auto view = co_await with_histories(context, services, families, *contacts);
  if (!view) co_return view.error();
  const Sight sight(context.principal(), (*view)->control());
  RowsOfFamilies out;
  const auto read = each_case_of(
      **view, *contacts, [&](const MergedContact& contact, ContactId own, const ListedCase& listed) -> Result<bool> {
        if (!fits(own, listed)) return true;
        auto row = case_row(**view, contact, own, listed, shape, sight);
        if (!row) return row.error();
        out.rows.push_back(*std::move(row));
        return true;
      });
  if (!read) co_return read.error();
  out.count = out.rows.size();
  co_return out;
}

struct CasesFound {
  std::string items;      // as the elements of a JSON array
  std::size_t count = 0;  // on all pages
};

// Looks at every case there is.
Result<CasesFound> cases_of_page(const View& view, const Fits& fits, const NumberedPage& page, const CaseShape& shape,
                                 const Sight& sight) {
  CasesFound out;
  const auto walked =
      each_case(view, [&](const MergedContact& contact, ContactId own, const ListedCase& listed) -> Result<bool> {
        if (!fits(own, listed) || !page.shows(out.count++)) return true;
        if (!out.items.empty()) out.items += ',';
        JsonWriter json(out.items);
        RAPPORT_TRY(write_case(json, view, contact, own, listed, shape, sight));
        RAPPORT_TRY(check_page_bytes(out.items.size()));
        return true;
      });
  if (!walked) return walked.error();
  return out;
}

// Empty: none fits.
Result<std::string> first_case(const View& view, const Fits& fits, const CaseShape& shape, const Sight& sight) {
  std::string body;
  const auto walked =
      each_case(view, [&](const MergedContact& contact, ContactId own, const ListedCase& listed) -> Result<bool> {
        if (!fits(own, listed)) return true;
        JsonWriter json(body);
        RAPPORT_TRY(write_case(json, view, contact, own, listed, shape, sight));
        return false;
      });
  if (!walked) return walked.error();
  return body;
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const auto shape = case_shape_of(context);
  if (!shape) co_return compatible_problem(context, shape.error());
  const auto page = numbered_page_of(context.request());
  if (!page) co_return compatible_problem(context, page.error());
  const auto where = EqualityWhere::parse(context.request(), kColumns);
  if (!where) co_return compatible_problem(context, where.error());
  const Fits fits = [where = *where](ContactId own, const ListedCase& listed) { return matches(where, own, listed); };
  if (asks_owners(services, context.request())) {
    const ReadFamilies of_families = [&](const Families& families) {
      return family_cases(context, services, families, *shape, fits);
    };
    co_return co_await group_numbered_page(context, services, *page, of_families);
  }
  if (services.group != nullptr) co_return co_await member_cases(context, services, *shape, fits);
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const Sight sight(context.principal(), (*view)->control());
  std::function<Result<CasesFound>()> read = [seen = *view, fits, page = *page, shape = *shape, sight] {
    return cases_of_page(*seen, fits, page, shape, sight);
  };
  const auto found =
      co_await services.long_lists->run(context.principal().key_id, contacts_in_all(**view), std::move(read));
  if (!found) co_return compatible_problem(context, found.error());
  HttpResponse response = numbered_page_response(*page, found->count, found->items);
  set_position(response, services, (*view)->positions());
  co_return response;
}

// Labels are unique within a contact: of several contacts' the first one's, unless contactId says whose.
asio::awaitable<HttpResponse> retrieve(RequestContext& context, ApiServices& services) {
  const std::string id(context.parameter("id"));
  const auto shape = case_shape_of(context);
  if (!shape) co_return compatible_problem(context, shape.error());
  const auto wanted = context.request().query.find("contactId");
  if (wanted) {
    const auto contact = parse_id(*wanted);
    if (!contact) {
      co_return compatible_problem(context, {Errc::invalid_argument, contact.error().detail, "contactId"});
    }
  }
  const Fits is_it = [id, owner = std::string(wanted.value_or(""))](ContactId own, const ListedCase& listed) {
    return listed.id == id && (owner.empty() || std::to_string(own.value) == owner);
  };
  const Error not_there{Errc::not_found, "there is no case " + quote(id)};
  if (asks_owners(services, context.request())) {
    const ReadFamilies of_families = [&](const Families& families) {
      return family_cases(context, services, families, *shape, is_it);
    };
    const auto found = co_await group_rows(context, services, 1, in_order_of_key, of_families);
    if (!found) co_return compatible_problem(context, found.error());
    if (found->rows.empty()) co_return compatible_problem(context, not_there);
    HttpResponse response = data_response(found->rows.front().item);
    found->mark(response, services);
    co_return response;
  }
  if (services.group != nullptr) co_return co_await member_cases(context, services, *shape, is_it);
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const Sight sight(context.principal(), (*view)->control());
  std::function<Result<std::string>()> read = [seen = *view, is_it, shape = *shape, sight] {
    return first_case(*seen, is_it, shape, sight);
  };
  const auto found =
      co_await services.long_lists->run(context.principal().key_id, contacts_in_all(**view), std::move(read));
  if (!found) co_return compatible_problem(context, found.error());
  if (found->empty()) co_return compatible_problem(context, not_there);
  HttpResponse response = data_response(*found);
  set_position(response, services, (*view)->positions());
  co_return response;
}

}  // namespace

void add_case_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/api/v1/crm/objects/case",
              .scope = "case:read",
              .handler = [&services](RequestContext& context) { return list(context, services); }});
  router.add({.method = HttpMethod::get,
              .pattern = "/api/v1/crm/objects/case/{id}",
              .scope = "case:read",
              .handler = [&services](RequestContext& context) { return retrieve(context, services); }});
}

}  // namespace rapport

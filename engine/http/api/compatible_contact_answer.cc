#include "engine/http/api/compatible_contact_answer.h"

#include <algorithm>
#include <array>

#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/read_position.h"
#include "events/text.h"

namespace rapport {
namespace {

constexpr std::array<std::string_view, 6> kRelations{"fields", "tags", "company", "visits", "cases", "timeline"};

}  // namespace

Result<CompatibleShape> contact_shape_of(const HttpRequest& request) {
  CompatibleShape shape{names_of(request, "select"), names_of(request, "relations")};
  for (const std::string& relation : shape.relations) {
    if (std::find(kRelations.begin(), kRelations.end(), relation) == kRelations.end()) {
      return Error{Errc::invalid_argument,
                   quote(relation) + " is none of fields, tags, company, visits, cases and timeline", "relations"};
    }
  }
  for (const std::string_view relation : kRelations) {
    if (shape.select.contains(relation)) shape.relations.emplace(relation);
  }
  return shape;
}

Result<MergedContact> live_contact(const ApiServices& services, const View& view, ContactId id,
                                   const std::optional<AsOf>& as_of) {
  auto contact = read_merged(as_of ? contacts_as_of(services, view, *as_of) : contacts_of(view), id);
  if (!contact) return contact.error();
  if (!*contact || !(*contact)->state.is_live()) {
    return Error{Errc::not_found, "there is no contact " + std::to_string(id.value)};
  }
  return **std::move(contact);
}

HttpResponse compatible_contact(const RequestContext& context, const ApiServices& services, const View& view,
                                const MergedContact& contact, const CompatibleShape& shape) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("data");
  const Sight sight(context.principal(), view.control());
  if (auto written = write_compatible_contact(json, view, contact.root, contact.state, shape, sight); !written) {
    return compatible_problem(context, written.error());
  }
  json.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  response.headers.add("ETag", '"' + version_tag(contact) + '"');
  set_position(response, services, positions_of_contact(services, view, contact));
  return response;
}

}  // namespace rapport

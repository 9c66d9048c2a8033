// /v1/identities/{channel}/{externalId}: the contact of a channel's visitor.
#include "engine/http/api/read_position.h"
#include "engine/http/api/sight.h"
#include "engine/http/problem.h"
#include "engine/publish/holder_lookup.h"
#include "engine/publish/own_events.h"
#include "events/json_writer.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

// Of a contact that was erased nobody learns whose identity it had: it is no one's, until it comes back as a new one's.
Result<std::optional<ContactId>> find_holder(ApiServices& services, const View& view, const Identity& identity) {
  const auto holder = look_up_holder(services.log, view, identity);
  if (!holder || !*holder) return holder;
  const auto contact = read_contact(view, **holder);
  if (!contact) return contact.error();
  if (*contact && (*contact)->gone == Gone::erased) return std::optional<ContactId>();
  return holder;
}

}  // namespace

void add_identity_routes(Router& router, ApiServices& services) {
  Handler get = [&services](RequestContext& context) -> asio::awaitable<HttpResponse> {
    const std::string& request_id = context.request().request_id;
    const auto identity = make_identity(context.parameter("channel"), context.parameter("externalId"));
    if (!identity) co_return problem_response(identity.error(), request_id);
    const auto view = co_await view_for(context, services);
    if (!view) co_return problem_response(view.error(), request_id);
    const Sight sight(context.principal(), (*view)->control());
    if (const auto may = sight.check_personal("externalId"); !may) co_return problem_response(may.error(), request_id);
    const auto holder = find_holder(services, **view, *identity);
    if (!holder) co_return problem_response(holder.error(), request_id);
    HttpResponse response;
    if (*holder) {
      std::string body;
      JsonWriter json(body);
      json.begin_object();
      json.key("channel").string(identity->channel).key("externalId").string(identity->external_id);
      json.key("contactId").number((*holder)->value);
      json.end_object();
      response = HttpResponse::json(std::move(body));
    } else {
      response = problem_response(Error{Errc::not_found, "no contact holds the identity"}, request_id);
    }
    set_position(response, services, positions_of_stream(services, **view, name_in_log(services.log, *identity)));
    co_return response;
  };
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/identities/{channel}/{externalId}",
              .scope = "contact:read",
              .handler = get});
}

}  // namespace rapport

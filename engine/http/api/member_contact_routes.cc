// /v1/member/contacts: the rows that members of a group lend each other of contacts that are merged across their
// partitions (engine/group/member_rows.h). Not for clients: a request must show the group's key.
#include "engine/group/member_events.h"
#include "engine/group/member_rows.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/family_view.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

Result<void> check_member(const RequestContext& context, const ApiServices& services) {
  const auto key = context.request().headers.find(kMemberHeader);
  if (key && services.group->is_key(*key)) return {};
  return Error{Errc::forbidden, "this is between the members of a group"};
}

Result<LentRows> lent_rows(const View& view, const RowsWanted& wanted) {
  LentRows out;
  std::size_t bytes = 0;
  for (const ContactId id : wanted.contacts) {
    auto rows = rows_of_contact(view, id, wanted.states_alone);
    if (!rows) return rows.error();
    for (const auto& [key, value] : *rows) bytes += key.size() + value.size();
    if (bytes > kLentBytesMax) return Error{Errc::too_large, "the rows have more than 32 MiB"};
    out.emplace(id, *std::move(rows));
  }
  return out;
}

asio::awaitable<HttpResponse> lend(RequestContext& context, ApiServices& services) {
  if (const auto may = check_member(context, services); !may) co_return failed(context, may.error());
  const auto wanted = decode_rows_wanted(context.request().body);
  if (!wanted) co_return failed(context, wanted.error());
  if (wanted->contacts.size() > kLentContactsMax) {
    co_return failed(context,
                     {Errc::too_large, "asks for more than " + std::to_string(kLentContactsMax) + " contacts"});
  }
  std::set<Partition> partitions;
  for (const ContactId id : wanted->contacts) partitions.insert(partition_of(services.log, id));
  const auto folded = co_await view_for(context, services);
  if (!folded) co_return failed(context, folded.error());
  const auto owned = check_owned(services, partitions);
  if (!owned) co_return failed(context, owned.error());
  const auto view = view_of(services, *services.folder.view(), partitions);
  const auto rows = lent_rows(*view, *wanted);
  if (!rows) co_return failed(context, rows.error());
  HttpResponse response = HttpResponse::json(encode_lent(*rows));
  Positions positions = view->positions();
  for (const Partition partition : partitions) positions.try_emplace(partition);
  set_position(response, services, positions);
  mark_catching_up(response, services, catching_up(services, *view, partitions));
  co_return response;
}

}  // namespace

void add_member_contact_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::post,
              .pattern = std::string(kMemberContactsPath),
              .handler = [&services](RequestContext& context) { return lend(context, services); },
              .limits = {.body_bytes_max = kMemberBodyBytesMax},
              .any_key = true});
}

}  // namespace rapport

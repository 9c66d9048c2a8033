// /v1/member/contacts and /v1/member/links: what members of a group ask each other about merges that lead from one's
// partitions to another's (engine/group/member_rows.h). Not for clients: a request must show the group's key.
#include "engine/group/member_events.h"
#include "engine/group/member_rows.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/family_links.h"
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

// Of a moment that was named before, or the newest one, which is then ours to answer for.
asio::awaitable<Result<std::shared_ptr<const View>>> whole_view(RequestContext& context, ApiServices& services,
                                                                std::optional<std::uint64_t> moment,
                                                                const std::set<Partition>& partitions) {
  if (moment) co_return services.pinned->find(*moment);
  const auto folded = co_await view_for(context, services);
  if (!folded) co_return folded.error();
  const auto owned = check_owned(services, partitions);
  if (!owned) co_return owned.error();
  co_return services.folder.view();
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
    co_return failed(context, {Errc::too_large, "asks for more than " + std::to_string(kLentContactsMax) + " contacts"});
  }
  std::set<Partition> partitions;
  for (const ContactId id : wanted->contacts) partitions.insert(partition_of(services.log, id));
  const auto whole = co_await whole_view(context, services, wanted->moment, partitions);
  if (!whole) co_return failed(context, whole.error());
  const auto view = view_of(services, **whole, partitions);
  const auto rows = lent_rows(*view, *wanted);
  if (!rows) co_return failed(context, rows.error());
  HttpResponse response = HttpResponse::json(encode_lent(*rows));
  Positions positions = view->positions();
  for (const Partition partition : partitions) positions.try_emplace(partition);
  set_position(response, services, positions);
  mark_catching_up(response, services, catching_up(services, *view, partitions));
  co_return response;
}

asio::awaitable<HttpResponse> tell_links(RequestContext& context, ApiServices& services) {
  if (const auto may = check_member(context, services); !may) co_return failed(context, may.error());
  const auto wanted = decode_links_wanted(context.request().body);
  if (!wanted) co_return failed(context, wanted.error());
  const auto partitions = partitions_asked(context.request());
  if (!partitions) co_return failed(context, partitions.error());
  const auto as_of = as_of_parameter(services, context.request(), "as_of");
  if (!as_of) co_return failed(context, as_of.error());
  const auto whole = co_await whole_view(context, services, wanted->moment, *partitions);
  if (!whole) co_return failed(context, whole.error());
  const auto view = view_of(services, **whole, *partitions);
  const auto links = links_joined(services, *view, *as_of, wanted->contacts);
  if (!links) co_return failed(context, links.error());
  const std::uint64_t moment = wanted->moment ? *wanted->moment : services.pinned->pin(*whole);
  HttpResponse response = HttpResponse::json(encode_links({moment, *links}));
  set_position(response, services, view->positions());
  mark_catching_up(response, services, catching_up(services, *view, *partitions));
  co_return response;
}

}  // namespace

void add_member_contact_routes(Router& router, ApiServices& services) {
  const auto add = [&](std::string_view path, Handler handler) {
    router.add({.method = HttpMethod::post,
                .pattern = std::string(path),
                .handler = std::move(handler),
                .limits = {.body_bytes_max = kMemberBodyBytesMax},
                .any_key = true});
  };
  add(kMemberContactsPath, [&services](RequestContext& context) { return lend(context, services); });
  add(kMemberLinksPath, [&services](RequestContext& context) { return tell_links(context, services); });
}

}  // namespace rapport

// /v1/member/contacts, links and families: what members of a group ask each other about merges that lead from one's
// partitions to another's (engine/group/member_rows.h). Not for clients: a request must show the group's key.
#include "engine/group/member_events.h"
#include "engine/group/member_rows.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/as_of.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/publish/own_events.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "projections/merge_links.h"

namespace rapport {
namespace {

// Of a moment that was told before, or the newest one, where we are to answer for it.
asio::awaitable<Result<std::shared_ptr<const View>>> whole_view(RequestContext& context, ApiServices& services,
                                                                std::optional<MomentNumber> moment,
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
    bytes += bytes_of(*rows);
    if (out.size() >= kLentContactsMax || bytes > kLentBytesMax) return too_much_to_lend();
    out.emplace(id, *std::move(rows));
  }
  return out;
}

HttpResponse answer_of(const ApiServices& services, const View& view, const std::set<Partition>& partitions,
                       std::string body) {
  HttpResponse response = HttpResponse::json(std::move(body));
  Positions positions = view.positions();
  for (const Partition partition : partitions) positions.try_emplace(partition);
  set_position(response, services, positions);
  mark_catching_up(response, services, catching_up(services, view, partitions));
  return response;
}

asio::awaitable<HttpResponse> lend(RequestContext& context, ApiServices& services) {
  const auto wanted = decode_rows_wanted(context.request().body);
  if (!wanted) co_return failed(context, wanted.error());
  std::set<Partition> partitions;
  for (const ContactId id : wanted->contacts) partitions.insert(partition_of(services.log, id));
  const auto whole = co_await whole_view(context, services, wanted->moment, partitions);
  if (!whole) co_return failed(context, whole.error());
  const auto view = view_of(services, **whole, partitions);
  const auto rows = lent_rows(*view, *wanted);
  if (!rows) co_return failed(context, rows.error());
  co_return answer_of(services, *view, partitions, encode_lent(*rows));
}

// Now, or as they were.
Result<MergeLinks> links_of(const ApiServices& services, const View& view, const std::optional<AsOf>& as_of) {
  return as_of ? MergeLinks::read(view, contacts_as_of(services, view, *as_of)) : MergeLinks::read(view);
}

asio::awaitable<HttpResponse> tell_links(RequestContext& context, ApiServices& services) {
  const auto wanted = decode_links_wanted(context.request().body);
  if (!wanted) co_return failed(context, wanted.error());
  const auto partitions = partitions_asked(context.request());
  if (!partitions) co_return failed(context, partitions.error());
  const auto as_of = as_of_parameter(services, context.request(), "as_of");
  if (!as_of) co_return failed(context, as_of.error());
  const auto whole = co_await whole_view(context, services, *wanted, *partitions);
  if (!whole) co_return failed(context, whole.error());
  const auto view = view_of(services, **whole, *partitions);
  const auto links = links_of(services, *view, *as_of);
  if (!links) co_return failed(context, links.error());
  const MomentNumber moment = *wanted ? **wanted : services.pinned->pin(*whole);
  co_return answer_of(services, *view, *partitions, encode_links({moment, links->leads_to()}));
}

// What the state's row says, now or as it was. None: nothing had been said of the contact.
Result<StoredRows> state_row(const ApiServices& services, const View& view, ContactId id,
                             const std::optional<AsOf>& as_of) {
  if (!as_of) return rows_of_contact(view, id, true);
  const auto state = contacts_as_of(services, view, *as_of)(id);
  if (!state) return state.error();
  StoredRows rows;
  if (*state) rows.emplace_back(state_key(stream_key(id)), encode_contact(**state));
  return rows;
}

Result<LentRows> states_of(const ApiServices& services, const View& view, const std::set<ContactId>& contacts,
                           const std::optional<AsOf>& as_of) {
  LentRows out;
  std::size_t bytes = 0;
  for (const ContactId id : contacts) {
    auto row = state_row(services, view, id, as_of);
    if (!row) return row.error();
    bytes += bytes_of(*row);
    if (out.size() >= kLentContactsMax || bytes > kLentBytesMax) return too_many_families();
    out.emplace(id, *std::move(row));
  }
  return out;
}

asio::awaitable<HttpResponse> tell_families(RequestContext& context, ApiServices& services) {
  const auto wanted = decode_families_wanted(context.request().body);
  if (!wanted) co_return failed(context, wanted.error());
  const auto partitions = partitions_asked(context.request());
  if (!partitions) co_return failed(context, partitions.error());
  const auto as_of = as_of_parameter(services, context.request(), "as_of");
  if (!as_of) co_return failed(context, as_of.error());
  const auto whole = services.pinned->find(wanted->moment);
  if (!whole) co_return failed(context, whole.error());
  const auto view = view_of(services, **whole, *partitions);
  const auto links = links_of(services, *view, *as_of);
  if (!links) co_return failed(context, links.error());
  const std::set<ContactId> joined = links->joined(wanted->contacts);
  auto states = states_of(services, *view, joined, *as_of);
  if (!states) co_return failed(context, states.error());
  FamiliesTold told{0, *std::move(states)};
  if (wanted->rest) {
    const auto rest = view_without(view, joined, [&log = services.log](ContactId id) { return partition_of(log, id); });
    if (!rest) co_return failed(context, rest.error());
    told.rest = services.pinned->pin(*rest);
  }
  co_return answer_of(services, *view, *partitions, encode_families(told));
}

using MemberHandler = asio::awaitable<HttpResponse> (*)(RequestContext&, ApiServices&);

}  // namespace

void add_member_contact_routes(Router& router, ApiServices& services) {
  const auto add = [&](std::string_view path, MemberHandler answer) {
    const Handler handler = [&services, answer](RequestContext& context) -> asio::awaitable<HttpResponse> {
      if (const auto may = check_member(context, services); !may) co_return failed(context, may.error());
      co_return co_await answer(context, services);
    };
    router.add({.method = HttpMethod::post,
                .pattern = std::string(path),
                .scope = std::string(kMemberScope),
                .handler = handler,
                .limits = {.body_bytes_max = kMemberBodyBytesMax}});
  };
  add(kMemberContactsPath, lend);
  add(kMemberLinksPath, tell_links);
  add(kMemberFamiliesPath, tell_families);
}

}  // namespace rapport

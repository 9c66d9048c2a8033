#include "engine/http/api/lent_rows.h"

#include <set>

#include "engine/group/member_events.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

Result<void> take_rows(const RowsWanted& wanted, const Result<HttpClientResponse>& answer, Lent& lent) {
  if (!answer) return answer.error();
  if (answer->status != 200) return decode_problem(answer->body);
  RAPPORT_TRY(lent.note_behind(answer->headers));
  RAPPORT_TRY(lent.note_positions(answer->headers));
  auto rows = decode_lent(answer->body);
  if (!rows) return rows.error();
  for (const ContactId id : wanted.contacts) {
    if (!rows->contains(id)) return Error{Errc::unreachable, "a member does not tell of what it was asked for"};
  }
  return lent.add(*std::move(rows));
}

}  // namespace

void Lent::mark(HttpResponse& response, const ApiServices& services) const {
  mark_catching_up(response, services, catching_up);
  if (stale) response.headers.set(kStaleHeader, "true");
}

Result<void> Lent::note_behind(const HttpHeaders& headers) {
  stale = stale || headers.find(kStaleHeader).has_value();
  const auto text = headers.find(kCatchingUpHeader);
  if (!text) return {};
  const auto token = parse_position(*text);
  if (!token) return token.error();
  advance(catching_up, token->offsets);
  return {};
}

Result<void> Lent::note_positions(const HttpHeaders& headers) {
  const auto text = headers.find("Rapport-Position");
  if (!text) return {};
  const auto token = parse_position(*text);
  if (!token) return token.error();
  for (const auto& [partition, offset] : token->offsets) {
    if (partition == kControlPartition) continue;
    const auto [known, is_new] = positions.emplace(partition, offset);
    if (!is_new) known->second = std::min(known->second, offset);
  }
  return {};
}

Result<void> Lent::add(LentRows lent) {
  for (auto& [id, stored] : lent) {
    bytes += bytes_of(stored);
    rows.insert_or_assign(id, std::move(stored));
  }
  if (rows.size() > kLentContactsMax || bytes > kLentBytesMax) return too_much_to_lend();
  return {};
}

Result<std::string> address_of_owner(const ApiServices& services, ContactId contact) {
  const Group& group = *services.group;
  const Partition partition = partition_of(services.log, contact);
  return group.owns(partition) ? Result<std::string>(group.address()) : group.owner_of(partition);
}

asio::awaitable<Result<void>> borrow_rows(RequestContext& context, ApiServices& services,
                                          const std::map<std::string, RowsWanted>& wanted,
                                          const std::optional<Positions>& after, Lent& lent) {
  std::map<std::string, HttpClientRequest> requests;
  for (const auto& [address, rows] : wanted) {
    HttpClientRequest request = post_to_member(context, kMemberContactsPath, encode_rows_wanted(rows));
    if (after && !after->empty()) request.headers.set("Rapport-After", position_text(services, *after));
    requests.emplace(address, std::move(request));
  }
  const auto answers = co_await ask_members(context, services, std::move(requests));
  for (const auto& [address, answer] : answers) {
    const auto taken = take_rows(wanted.at(address), answer, lent);
    if (!taken) co_return taken.error();
  }
  co_return Result<void>();
}

Result<std::shared_ptr<const View>> view_with(const std::shared_ptr<const View>& view, const Lent& lent,
                                              bool states_alone) {
  Checkpoints checkpoints = view->checkpoints();
  for (const auto& [partition, offset] : lent.positions) checkpoints[partition].offset = offset;
  std::set<ContactId> known;
  for (const auto& [id, rows] : lent.rows) known.insert(id);
  return overlaid_view(
      view, lent.rows, states_alone, std::move(checkpoints),
      [view, known = std::move(known)](ContactId id) { return view->shows(id) || known.contains(id); });
}

}  // namespace rapport

#include "engine/http/api/family_view.h"

#include "engine/group/member_events.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/http/late_result.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

Error too_many() {
  return {Errc::too_large, "more than " + std::to_string(kLentContactsMax) + " contacts or " +
                               std::to_string(kLentBytesMax >> 20) + " MiB of other instances are merged with it"};
}

Result<std::string> owner_of(const ApiServices& services, ContactId contact) {
  const Group& group = *services.group;
  const Partition partition = partition_of(services.log, contact);
  return group.owns(partition) ? Result<std::string>(group.address()) : group.owner_of(partition);
}

// Of several moments of a partition the earliest: all that is shown has passed it.
Result<void> note_positions(const HttpHeaders& headers, Lent& lent) {
  if (const auto text = headers.find("Rapport-Position")) {
    const auto token = parse_position(*text);
    if (!token) return token.error();
    for (const auto& [partition, offset] : token->offsets) {
      if (partition == kControlPartition) continue;
      const auto [known, is_new] = lent.positions.emplace(partition, offset);
      if (!is_new) known->second = std::min(known->second, offset);
    }
  }
  if (const auto text = headers.find(kCatchingUpHeader)) {
    const auto token = parse_position(*text);
    if (!token) return token.error();
    advance(lent.catching_up, token->offsets);
  }
  lent.stale = lent.stale || headers.find(kStaleHeader).has_value();
  return {};
}

Result<void> take_rows(const RowsWanted& wanted, const Result<HttpClientResponse>& answer, Lent& lent) {
  if (!answer) return answer.error();
  if (answer->status != 200) return decode_problem(answer->body);
  RAPPORT_TRY(note_positions(answer->headers, lent));
  auto rows = decode_lent(answer->body);
  if (!rows) return rows.error();
  for (const ContactId id : wanted.contacts) {
    const auto told = rows->find(id);
    if (told == rows->end()) return Error{Errc::unreachable, "a member does not tell of what it was asked for"};
    for (const auto& [key, value] : told->second) lent.bytes += key.size() + value.size();
    lent.rows.insert_or_assign(id, std::move(told->second));
  }
  return lent.rows.size() > kLentContactsMax || lent.bytes > kLentBytesMax ? Result<void>(too_many()) : Result<void>();
}

// The contacts of others that whoever reads these merges would ask for next.
Result<std::set<ContactId>> missing(const ApiServices& services, const View& view, const FamilyWanted& wanted) {
  const ContactSource known = wanted.as_of ? contacts_as_of(services, view, *wanted.as_of) : contacts_of(view);
  std::set<ContactId> out;
  const ContactSource noting = [&](ContactId id) -> Result<std::optional<ContactState>> {
    if (view.shows(id)) return known(id);
    out.insert(id);
    return std::optional<ContactState>();
  };
  for (const ContactId id : wanted.contacts) {
    const auto read = read_merged(noting, id);
    // What is wrong with it the reader finds out, too.
    if (!read && (!out.empty() || read.error().code == Errc::too_large)) return read.error();
  }
  return out;
}

// A request of ours to another member, for who asks.
HttpClientRequest post_to_member(const RequestContext& context, std::string target, std::string body) {
  HttpClientRequest request = member_request(context);
  request.method = HttpMethod::post;
  request.target = std::move(target);
  request.content_type = "application/json";
  request.body = std::move(body);
  return request;
}

// The view with what is lent.
Result<std::shared_ptr<const View>> with_lent(const std::shared_ptr<const View>& view, const Lent& lent) {
  Checkpoints checkpoints = view->checkpoints();
  for (const auto& [partition, offset] : lent.positions) checkpoints[partition].offset = offset;
  std::set<ContactId> known;
  for (const auto& [id, rows] : lent.rows) known.insert(id);
  return overlaid_view(view, lent.rows, std::move(checkpoints), [view, known = std::move(known)](ContactId id) {
    return view->shows(id) || known.contains(id);
  });
}

// Asks the contacts' owners, and adds their rows.
asio::awaitable<Result<void>> borrow_rows(RequestContext& context, ApiServices& services,
                                          const std::map<std::string, RowsWanted>& by_owner,
                                          const std::optional<Positions>& after, Lent& lent) {
  std::vector<std::unique_ptr<LateResult<HttpClientResponse>>> answers;
  for (const auto& [address, wanted] : by_owner) {
    HttpClientRequest request = post_to_member(context, std::string(kMemberContactsPath), encode_rows_wanted(wanted));
    if (after && !after->empty()) request.headers.set("Rapport-After", position_text(services, *after));
    answers.push_back(std::make_unique<LateResult<HttpClientResponse>>(context.executor()));
    services.group->calls().ask(
        address, std::move(request),
        [done = answers.back()->done()](Result<HttpClientResponse> answer) { done(std::move(answer)); });
  }
  std::size_t next = 0;
  for (const auto& [address, wanted] : by_owner) {
    const auto answer = co_await answers[next++]->wait();
    const auto taken = take_rows(wanted, answer, lent);
    if (!taken) co_return taken.error();
  }
  co_return Result<void>();
}

}  // namespace

void Lent::mark(HttpResponse& response, const ApiServices& services) const {
  mark_catching_up(response, services, catching_up);
  if (stale) response.headers.set(kStaleHeader, "true");
}

FamilyWanted family_of(ContactId contact) {
  FamilyWanted wanted;
  wanted.contacts.push_back(contact);
  return wanted;
}

asio::awaitable<Result<FamilyView>> family_view(RequestContext& context, ApiServices& services,
                                                std::shared_ptr<const View> view, FamilyWanted wanted) {
  FamilyView family{view, {}};
  if (services.group == nullptr) co_return family;
  // Each round asks for one contact more, at least.
  while (true) {
    const auto lacking = missing(services, *family.view, wanted);
    if (!lacking) co_return lacking.error();
    if (lacking->empty()) co_return family;
    std::map<std::string, RowsWanted> by_owner;
    for (const ContactId id : *lacking) {
      const auto owner = owner_of(services, id);
      if (!owner) co_return owner.error();
      RowsWanted& rows = by_owner[*owner];
      rows.states_alone = wanted.states_alone && !wanted.as_of;
      rows.contacts.push_back(id);
    }
    const auto borrowed = co_await borrow_rows(context, services, by_owner, wanted.after, family.lent);
    if (!borrowed) co_return borrowed.error();
    auto overlaid = with_lent(view, family.lent);
    if (!overlaid) co_return overlaid.error();
    family.view = *std::move(overlaid);
  }
}

}  // namespace rapport

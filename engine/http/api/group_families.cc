#include "engine/http/api/group_families.h"

#include "engine/group/member_events.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/http/request_target.h"
#include "engine/publish/own_events.h"
#include "events/number_text.h"

namespace rapport {
namespace {

HttpClientRequest request_of(const RequestContext& context, std::string_view path, const OwnerMoments& owner,
                             const std::optional<std::string>& as_of, std::string body) {
  const std::string target = std::string(path) + (as_of ? "?as_of=" + percent_encode(*as_of) : "");
  HttpClientRequest request = post_to_member(context, target, std::move(body));
  request.headers.set(kPartitionsHeader, partitions_text(owner.partitions));
  return request;
}

template <class T>
Result<T> read_answer(const Result<HttpClientResponse>& answer, Result<T> (*decode)(std::string_view), Lent& lent) {
  if (!answer) return answer.error();
  if (answer->status != 200) return decode_problem(answer->body);
  RAPPORT_TRY(lent.note_behind(answer->headers));
  return decode(answer->body);
}

// Whom links lead to, by who has them; the owners' moments are set.
asio::awaitable<Result<std::map<std::string, std::vector<ContactId>>>> ask_links(
    RequestContext& context, ApiServices& services, Families& families, const std::optional<std::string>& as_of) {
  std::map<std::string, HttpClientRequest> requests;
  for (const auto& [address, owner] : families.owners) {
    const auto moment = owner.whole == 0 ? std::nullopt : std::optional(owner.whole);
    requests.emplace(address, request_of(context, kMemberLinksPath, owner, as_of, encode_links_wanted(moment)));
  }
  const auto answers = co_await ask_members(context, services, std::move(requests));
  std::set<ContactId> lead_to;
  for (const auto& [address, answer] : answers) {
    const auto links = read_answer(answer, decode_links, families.lent);
    if (!links) co_return links.error();
    families.owners.at(address).whole = links->moment;
    lead_to.insert(links->lead_to.begin(), links->lead_to.end());
    if (lead_to.size() > kLentContactsMax) co_return too_many_families();
  }
  std::map<std::string, std::vector<ContactId>> by_owner;
  for (const auto& [address, owner] : families.owners) {
    std::vector<ContactId>& its = by_owner[address];
    for (const ContactId id : lead_to) {
      if (owner.partitions.contains(partition_of(services.log, id))) its.push_back(id);
    }
  }
  co_return by_owner;
}

asio::awaitable<Result<void>> ask_families(RequestContext& context, ApiServices& services, Families& families,
                                           const std::map<std::string, std::vector<ContactId>>& lead_to,
                                           const std::optional<std::string>& as_of) {
  std::map<std::string, HttpClientRequest> requests;
  for (const auto& [address, owner] : families.owners) {
    const FamiliesWanted wanted{lead_to.at(address), owner.whole, owner.rest == 0};
    requests.emplace(address, request_of(context, kMemberFamiliesPath, owner, as_of, encode_families_wanted(wanted)));
  }
  const auto answers = co_await ask_members(context, services, std::move(requests));
  for (const auto& [address, answer] : answers) {
    auto told = read_answer(answer, decode_families, families.lent);
    if (!told) co_return told.error();
    const auto noted = families.lent.note_positions(answer->headers);
    if (!noted) co_return noted.error();
    if (told->rest != 0) families.owners.at(address).rest = told->rest;
    if (!families.lent.add(std::move(told->states))) co_return too_many_families();
  }
  co_return Result<void>();
}

// Shows those whose states were lent, and nobody else.
Result<std::shared_ptr<const View>> view_of_lent(const ApiServices& services, const Lent& lent) {
  const auto laid_over = view_with(newest_view(services), lent, true);
  if (!laid_over) return laid_over.error();
  std::set<ContactId> contacts;
  for (const auto& [id, rows] : lent.rows) contacts.insert(id);
  std::set<Partition> partitions;
  for (const auto& [partition, offset] : lent.positions) partitions.insert(partition);
  return (*laid_over)->only(partitions, [shown = std::move(contacts)](ContactId id) { return shown.contains(id); });
}

}  // namespace

Result<std::optional<MomentNumber>> moment_asked(const HttpRequest& request) {
  const auto text = is_of_member(request) ? request.headers.find(kMomentHeader) : std::nullopt;
  if (!text) return std::optional<MomentNumber>();
  const auto number = parse_number<MomentNumber>(*text);
  if (!number) return Error{Errc::invalid_argument, "is the number of a moment", std::string(kMomentHeader)};
  return std::optional(*number);
}

asio::awaitable<Result<Families>> find_families(RequestContext& context, ApiServices& services,
                                                std::map<std::string, OwnerMoments> owners,
                                                std::optional<std::string> as_of) {
  Families families;
  families.owners = std::move(owners);
  const auto lead_to = co_await ask_links(context, services, families, as_of);
  if (!lead_to) co_return lead_to.error();
  const auto asked = co_await ask_families(context, services, families, *lead_to, as_of);
  if (!asked) co_return asked.error();
  for (const auto& [id, rows] : families.lent.rows) families.contacts.push_back(id);
  auto view = view_of_lent(services, families.lent);
  if (!view) co_return view.error();
  families.view = *std::move(view);
  co_return families;
}

asio::awaitable<Result<std::shared_ptr<const View>>> with_histories(RequestContext& context, ApiServices& services,
                                                                    const Families& families,
                                                                    std::set<ContactId> contacts) {
  std::map<std::string, RowsWanted> wanted;
  for (const auto& [address, owner] : families.owners) {
    RowsWanted rows{{}, false, owner.whole};
    for (const ContactId id : contacts) {
      if (owner.partitions.contains(partition_of(services.log, id))) rows.contacts.push_back(id);
    }
    if (!rows.contacts.empty()) wanted.emplace(address, std::move(rows));
  }
  Lent lent;
  const auto borrowed = co_await borrow_rows(context, services, wanted, std::nullopt, lent);
  if (!borrowed && borrowed.error().code == Errc::too_large) co_return too_many_families();
  if (!borrowed) co_return borrowed.error();
  co_return view_with(families.view, lent, false);
}

}  // namespace rapport

#include "engine/http/api/contact_erasure.h"

#include "engine/group/member_erasures.h"
#include "engine/group/member_events.h"
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/lent_rows.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/http/async_callback.h"
#include "engine/publish/own_events.h"
#include "projections/contact_reader.h"
#include "projections/merge_links.h"

namespace rapport {
namespace {

// A contact that is not erased and those whose links lead to it.
struct Whole {
  ContactId root;
  std::map<ContactId, ContactState> contacts;
};

// As the view has them, but that `contact` is merged into nobody.
ContactSource contacts_without_link_of(const View& view, ContactId contact) {
  return [source = contacts_of(view), contact](ContactId id) {
    auto state = source(id);
    if (id == contact && state && *state) (*state)->merged_into = {};
    return state;
  };
}

bool is_erased(const std::optional<ContactState>& state) { return state && state->gone == Gone::erased; }

// Whose links lead to them although they were not told of it: a merge that was cut off between its two events.
Result<void> add_untold(const View& view, std::vector<ContactId>& members) {
  std::set<ContactId> known(members.begin(), members.end());
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto losers = merged_into(view, members[i]);
    if (!losers) return losers.error();
    for (const ContactId loser : *losers) {
      const auto state = contacts_of(view)(loser);
      if (!state) return state.error();
      if (!is_erased(*state) && known.insert(loser).second) members.push_back(loser);
    }
  }
  return {};
}

// Absent: the contact is erased. One that is merged into one that is gone is by itself: who erases that does not take
// it along.
Result<std::optional<Whole>> read_whole(const View& view, ContactId contact) {
  const auto state = contacts_of(view)(contact);
  if (!state) return state.error();
  if (is_erased(*state)) return std::optional<Whole>();
  const auto root = root_of_merge(view, contact);
  if (!root) return root.error();
  const auto top = contacts_of(view)(*root);
  if (!top) return top.error();
  const bool alone = *root != contact && *top && (*top)->gone != Gone::no;
  const ContactSource contacts = alone ? contacts_without_link_of(view, contact) : contacts_of(view);
  const auto merged = read_merged(contacts, contact);
  if (!merged) return merged.error();
  if (!*merged) return Error{Errc::not_found, "there is no contact " + std::to_string(contact.value)};
  Whole whole{(*merged)->root, {}};
  std::vector<ContactId> members = (*merged)->precedence;
  RAPPORT_TRY(add_untold(view, members));
  for (const ContactId id : members) {
    auto member = contacts(id);
    if (!member) return member.error();
    whole.contacts.emplace(id, std::move(*member).value_or(ContactState{}));
  }
  return std::optional(std::move(whole));
}

void count(const ContactState& state, Erased& erased) {
  for (const auto& [key, written] : state.fields) erased.fields += is_null(written.value) ? 0 : 1;
  for (const auto& [tag, written] : state.tags) erased.tags += written.value ? 1 : 0;
  erased.identities += state.identities.size();
  erased.events += state.ledger.event_count();
}

// Into whom nobody else is merged; the root last, by itself.
std::vector<ErasureWanted> ends_of(const Whole& whole) {
  std::set<ContactId> others;  // merged into by somebody
  for (const auto& [id, state] : whole.contacts) {
    if (id != whole.root && state.merged_into.value) others.insert(*state.merged_into.value);
  }
  std::vector<ErasureWanted> ends;
  for (const auto& [id, state] : whole.contacts) {
    if (id != whole.root && !others.contains(id)) ends.push_back({id, state.merged_into.value});
  }
  if (ends.empty()) ends.push_back({whole.root});
  return ends;
}

// Of each contact the event that erases it, in one batch.
asio::awaitable<Result<void>> append_erased(WriteCall& call, const std::vector<ContactId>& contacts) {
  std::vector<Event> events;
  for (const ContactId contact : contacts) {
    events.push_back(own_event(EventType::contact_erased, contact, ContactErased{}));
  }
  const auto published = co_await call.append_own(std::move(events));
  if (!published) co_return published.error();
  // Dry, nobody has tried those that others fold: the rows of the whole have been looked at.
  if (call.is_dry() && call.services().group != nullptr) co_return Result<void>();
  for (const PublishResult& result : published->results) {
    if (result.status == PublishStatus::durable) {
      co_return Error{Errc::wait_timeout, "the log says that it is erased; the fold has yet to come to that"};
    }
    if (result.error && result.error->code != Errc::contact_erased) co_return *result.error;
  }
  co_return Result<void>();
}

// On the eraser's own thread: it waits for disks, and writes files anew.
using EraserStep = void (Eraser::*)(std::vector<ContactId>, Eraser::Done);
asio::awaitable<Result<void>> have_done(Eraser& eraser, EraserStep step, const std::vector<ContactId>& contacts) {
  co_return co_await async_from_callback<void>(
      [&](CallbackDone<void> done) { (eraser.*step)(contacts, std::move(done)); });
}

// Of contacts that are folded here.
asio::awaitable<Result<void>> erase_here(WriteCall& call, const std::vector<ContactId>& contacts) {
  Eraser& eraser = call.services().eraser;
  const auto planned = co_await have_done(eraser, &Eraser::plan, contacts);
  if (!planned) {
    eraser.leave(contacts);  // cut off, it may still come to that
    co_return planned.error();
  }
  const auto appended = co_await append_erased(call, contacts);
  if (!appended) {
    eraser.leave(contacts);  // what is planned and was not told stays planned: the log may hold it
    co_return appended.error();
  }
  call.services().idempotency->let_go();
  co_return co_await have_done(eraser, &Eraser::finish, contacts);
}

std::vector<ContactId> contacts_in(const std::vector<ErasureWanted>& wanted) {
  std::vector<ContactId> out;
  for (const ErasureWanted& one : wanted) out.push_back(one.contact);
  return out;
}

Result<void> take_answer(WriteCall& call, const std::string& address, const Result<HttpClientResponse>& answer) {
  if (!answer) return answer.error();
  if (answer->status == 404) {
    return Error{Errc::unreachable, "member " + address + " is of a version that erases no merge across instances"};
  }
  if (answer->status != 200) return decode_problem(answer->body);
  const auto token = parse_position(answer->headers.find("Rapport-Position").value_or(""));
  if (!token) return token.error();
  call.wrote(token->offsets);
  return {};
}

asio::awaitable<Result<void>> erase_at_owners(WriteCall& call, const std::vector<ErasureWanted>& wanted) {
  std::map<std::string, std::vector<ErasureWanted>> by_owner;
  for (const ErasureWanted& one : wanted) {
    const auto owner = address_of_owner(call.services(), one.contact);
    if (!owner) co_return owner.error();
    by_owner[*owner].push_back(one);
  }
  const std::vector<ErasureWanted> ours = std::exchange(by_owner[call.services().group->address()], {});
  by_owner.erase(call.services().group->address());
  std::map<std::string, HttpClientRequest> requests;
  for (const auto& [address, theirs] : by_owner) {
    requests.emplace(address, post_to_member(call.context(), kMemberErasuresPath, encode_erasures(theirs)));
  }
  const auto answers = co_await ask_members(call.context(), call.services(), std::move(requests));
  for (const auto& [address, answer] : answers) {
    const auto taken = take_answer(call, address, answer);
    if (!taken) co_return taken.error();
  }
  if (ours.empty()) co_return Result<void>();
  co_return co_await erase_here(call, contacts_in(ours));
}

bool is_folded_here(const ApiServices& services, const std::vector<ContactId>& contacts) {
  if (services.group == nullptr) return true;
  return std::all_of(contacts.begin(), contacts.end(),
                     [&](ContactId contact) { return services.group->owns(partition_of(services.log, contact)); });
}

// Nothing of it may be behind, however often it is looked at.
asio::awaitable<Result<std::optional<Whole>>> whole_of(WriteCall& call, ContactId contact) {
  FamilyWanted wanted = family_of(contact);
  wanted.level = true;
  const auto family = co_await family_view(call.context(), call.services(), call.view(), std::move(wanted));
  if (!family) co_return family.error();
  co_return read_whole(*family->view, contact);
}

// Those that others have found, as they found them.
Result<std::vector<ContactId>> still_to_erase(const ApiServices& services, const std::vector<ErasureWanted>& wanted) {
  std::vector<ContactId> out;
  for (const ErasureWanted& one : wanted) {
    const std::string name = "contact " + std::to_string(one.contact.value);
    if (!services.group->is_level(partition_of(services.log, one.contact))) {
      return Error{Errc::unreachable, name + " is another member's by now, or not folded here yet"};
    }
    const auto state = read_contact(*newest_view(services), one.contact);
    if (!state) return state.error();
    if (is_erased(*state)) continue;
    const bool is_as_found =
        *state && (!one.merged_into || ((*state)->gone == Gone::no && (*state)->merged_into.value == one.merged_into));
    if (!is_as_found) return Error{Errc::unreachable, name + " has been merged or unmerged meanwhile"};
    out.push_back(one.contact);
  }
  return out;
}

asio::awaitable<HttpResponse> erase_for_member(WriteCall& call) {
  if (const auto may = check_member(call.context(), call.services()); !may) co_return call.failed(may.error());
  if (const auto may = check_confirmed(call.services()); !may) co_return call.failed(may.error());
  const auto wanted = decode_erasures(call.request().body);
  if (!wanted) co_return call.failed(wanted.error());
  const auto contacts = still_to_erase(call.services(), *wanted);
  if (!contacts) co_return call.failed(contacts.error());
  if (!contacts->empty()) {
    const auto erased = co_await erase_here(call, *contacts);
    if (!erased) co_return call.failed(erased.error());
  }
  HttpResponse response = HttpResponse::json("{}");
  set_position(response, call.services(), newest_view(call.services())->positions());
  co_return response;
}

}  // namespace

asio::awaitable<Result<Erased>> erase_with_merged(WriteCall& call, ContactId contact) {
  Erased out;
  out.contacts.insert(contact);
  for (std::size_t round = 0; round <= kMergeMembersMax; ++round) {
    const auto whole = co_await whole_of(call, contact);
    if (!whole) co_return whole.error();
    if (!*whole) {
      // Whoever erased it before may have been told that it is not done yet.
      const std::vector<ContactId> itself(1, contact);
      if (round == 0 && !call.is_dry() && is_folded_here(call.services(), itself)) {
        const auto finished = co_await have_done(call.services().eraser, &Eraser::finish_left, itself);
        if (!finished) co_return finished.error();
      }
      co_return out;
    }
    if ((*whole)->root != contact) {
      out.merged_into = (*whole)->root;
      co_return out;
    }
    std::vector<ContactId> all;
    for (const auto& [id, state] : (*whole)->contacts) all.push_back(id);
    // Once it is: who is still in it may be unmerged before its turn comes.
    const auto tell = [&](ContactId id) {
      if (out.contacts.insert(id).second || id == contact) count((*whole)->contacts.at(id), out);
    };
    if (call.is_dry() || is_folded_here(call.services(), all)) {
      Result<void> erased;
      if (call.is_dry()) {
        erased = co_await append_erased(call, all);
      } else {
        erased = co_await erase_here(call, all);
      }
      if (!erased) co_return erased.error();
      std::for_each(all.begin(), all.end(), tell);
      co_return out;
    }
    const std::vector<ErasureWanted> ends = ends_of(**whole);
    const auto erased = co_await erase_at_owners(call, ends);
    if (!erased) co_return erased.error();
    for (const ErasureWanted& end : ends) tell(end.contact);
    if (all.size() == 1) co_return out;
  }
  co_return Error{Errc::overloaded, "contacts are merged into it faster than they are erased"};
}

void add_member_erasure_route(Router& router, ApiServices& services) {
  const Handler handler = [&services](RequestContext& context) -> asio::awaitable<HttpResponse> {
    const auto call = WriteCall::begin(context, services, {});
    if (!call) co_return failed(context, call.error());
    co_return co_await erase_for_member(**call);
  };
  router.add({.method = HttpMethod::post,
              .pattern = std::string(kMemberErasuresPath),
              .scope = std::string(kMemberScope),
              .handler = handler,
              .limits = {.body_bytes_max = kMemberBodyBytesMax}});
}

}  // namespace rapport

#include "engine/http/api/group_routing.h"

#include <array>

#include "engine/group/group.h"
#include "engine/group/member_erasures.h"
#include "engine/group/member_events.h"
#include "engine/group/member_reverts.h"
#include "engine/group/member_rows.h"
#include "engine/group/member_trials.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/family_view.h"
#include "engine/http/api/group_rebuilds.h"
#include "engine/http/api/idempotency_key.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

using enum AnsweredBy;

constexpr std::chrono::milliseconds kCatchUpWait{1'000};
constexpr std::string_view kRootHeader = "Rapport-Member-Root";

constexpr std::array kRules{
    GroupRule{"/", whoever},
    GroupRule{"/console/{file}", whoever},
    GroupRule{"/channel.js", whoever},
    GroupRule{"/openapi.json", whoever},
    GroupRule{"/healthz", whoever},
    GroupRule{"/readyz", whoever},
    GroupRule{"/metrics", whoever},
    GroupRule{"/v1/status", whoever},
    GroupRule{"/v1/session", whoever},
    GroupRule{"/v1/keys", whoever},
    GroupRule{"/v1/keys/{id}", whoever},
    GroupRule{"/v1/tags", whoever},
    GroupRule{"/v1/attributes", whoever},
    GroupRule{"/api/v1/crm/tag", whoever},
    GroupRule{"/api/v1/crm/tag/{id}", whoever},
    GroupRule{"/api/v1/crm/objects/object-field", whoever},
    GroupRule{"/api/v1/crm/objects/object-field/{id}", whoever},
    GroupRule{"/api/v1/crm/block-visitor", whoever},  // asks each contact's owner
    GroupRule{"/api/v1/crm/contact/list", all},
    GroupRule{"/api/v1/crm/contact/merge/{id}", whoever},  // asks each merged one's owner
    GroupRule{"/api/v1/crm/objects/case", all},
    GroupRule{"/api/v1/crm/objects/case/{id}", all},
    GroupRule{"/api/v1/crm/objects/company", all, HttpMethod::get},
    GroupRule{"/api/v1/crm/objects/company", owner_of_company_claim, HttpMethod::post},
    GroupRule{"/api/v1/crm/objects/company/{id}", owner_of_company},
    GroupRule{"/api/v1/crm/objects/contact", all, HttpMethod::get},
    GroupRule{"/api/v1/crm/objects/contact", owner_of_claim, HttpMethod::post},
    GroupRule{"/api/v1/crm/objects/contact/{id}", owner_of_root, HttpMethod::put},
    GroupRule{"/api/v1/crm/objects/contact/{id}", owner_of_contact},
    GroupRule{"/v1/events", whoever},
    GroupRule{"/v1/channel", whoever},
    GroupRule{"/v1/feed", all},
    GroupRule{"/v1/companies", all},
    GroupRule{"/v1/companies/{id}", owner_of_company},
    GroupRule{"/v1/parked", all},
    GroupRule{"/v1/parked/{id}", owner_of_record},
    GroupRule{"/v1/parked/{id}/discard", owner_of_record},
    GroupRule{"/v1/parked/{id}/retry", owner_of_record},
    GroupRule{"/v1/backups", whoever},  // of the instance that is asked
    GroupRule{"/v1/backups/{id}", whoever},
    GroupRule{"/v1/rebuilds", all_or_named},
    GroupRule{"/v1/rebuilds/{id}", named},
    GroupRule{"/v1/rebuilds/{id}/accept", named},
    GroupRule{"/v1/rebuilds/{id}/cancel", named},
    GroupRule{"/v1/rebuilds/{id}/pause", named},
    GroupRule{"/v1/rebuilds/{id}/resume", named},
    GroupRule{"/v1/rebuilds/{id}/throttle", named},
    GroupRule{"/v1/erasures", whoever},  // what is left to be done on the instance that is asked
    GroupRule{"/v1/reverts", whoever},   // asks each partition's owner
    GroupRule{"/v1/reverts/{id}", whoever},
    GroupRule{"/v1/reverts/{id}/cancel", whoever},
    GroupRule{kMemberIdentitiesPath, whoever},
    GroupRule{kMemberEventsPath, whoever},
    GroupRule{kMemberRevertsPath, whoever},
    GroupRule{kMemberErasuresPath, whoever},
    GroupRule{kMemberTrialsPath, whoever},
    GroupRule{kMemberContactsPath, all},
    GroupRule{kMemberLinksPath, all},
    GroupRule{kMemberFamiliesPath, all},
    GroupRule{"/v1/contacts", all, HttpMethod::get},
    GroupRule{"/v1/contacts", owner_of_claim, HttpMethod::post},
    GroupRule{"/v1/contacts/{id}", owner_of_root, HttpMethod::patch},
    GroupRule{"/v1/contacts/{id}", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/activity", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/archive", owner_of_root},
    GroupRule{"/v1/contacts/{id}/blame", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/diff", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/erase", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/export", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/merge", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/tags", owner_of_root},
    GroupRule{"/v1/contacts/{id}/timeline", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/unarchive", owner_of_root},
    GroupRule{"/v1/contacts/{id}/unmerge", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/visits", owner_of_root},
    GroupRule{"/v1/identities/{channel}/{externalId}", owner_of_identity},
};

const GroupRule* rule_of(const Route& route) {
  for (const GroupRule& rule : kRules) {  // the first that fits
    if (rule.pattern == route.pattern && (!rule.method || *rule.method == route.method)) return &rule;
  }
  return nullptr;
}

bool writes(HttpMethod method) { return method != HttpMethod::get && method != HttpMethod::head; }

HttpResponse answered_by_nobody(const RequestContext& context) {
  return problem_response(
      Problem{.status = 501,
              .code = "not_in_a_group",
              .title = "Instances of a group do not answer this yet",
              .detail = "it needs the rows of all of them; an instance without --group on the same log "
                        "answers it (docs/many.md)"},
      context.request().request_id);
}

// The root of the contact that is asked about, as the contact's owner has found it.
Result<std::optional<ContactId>> root_told(const HttpRequest& request) {
  const auto text = is_of_member(request) ? request.headers.find(kRootHeader) : std::nullopt;
  if (!text) return std::optional<ContactId>();
  const auto id = parse_id(*text);
  if (!id) return id.error();
  return std::optional(ContactId{*id});
}

// The contact's root, where another instance folds that. What it is handed to looks again, and says so where the root
// has become another one meanwhile.
asio::awaitable<Result<std::optional<ContactId>>> root_elsewhere(RequestContext& context, ApiServices& services) {
  using Found = std::optional<ContactId>;
  const auto told = root_told(context.request());
  if (!told) co_return told.error();
  const auto id = id_parameter(context);
  if (!id) co_return id.error();
  if (*told) co_return Found();
  FamilyWanted wanted = family_of(ContactId{*id});
  wanted.level = true;
  const auto family = co_await family_view(context, services, newest_view(services), std::move(wanted));
  if (!family) co_return family.error();
  const auto root = root_of(contacts_of(*family->view), ContactId{*id});
  if (!root) co_return root.error();
  co_return services.group->owns(partition_in_log(services.log, *root)) ? Found() : Found(*root);
}

asio::awaitable<HttpResponse> answer_of_root(RequestContext& context, ApiServices& services, ContactId root) {
  const auto owner = services.group->owner_of(partition_in_log(services.log, root));
  if (!owner) co_return failed(context, owner.error());
  HttpHeaders named;
  named.set(kRootHeader, std::to_string(root.value));
  co_return co_await answer_of_member(context, services, *owner, std::move(named));
}

Result<std::optional<Partition>> partition_of_claim(RequestContext& context, const ApiServices& services, IdKind kind) {
  const auto key = idempotency_key_of(context, context.request().body);
  if (!key) return key.error();
  return *key ? std::optional(partition_in_log(services.log, (*key)->claim(kind))) : std::nullopt;
}

// Whose rows answer. Absent: anybody's. Errors: the request's own.
Result<std::optional<Partition>> partition_asked(RequestContext& context, const ApiServices& services, AnsweredBy by) {
  std::optional<Partition> none;
  switch (by) {
    case whoever:
    case all:
    case all_or_named:
    case named: return none;
    case owner_of_root: {
      const auto root = root_told(context.request());
      if (!root) return root.error();
      if (*root) return std::optional(partition_in_log(services.log, **root));
      [[fallthrough]];
    }
    case owner_of_contact:
    case owner_of_company: {
      const auto id = id_parameter(context);
      if (!id) return id.error();
      const Subject subject = by == owner_of_company ? Subject{CompanyId{*id}} : Subject{ContactId{*id}};
      return std::optional(partition_in_log(services.log, subject));
    }
    case owner_of_identity: {
      const auto identity = make_identity(context.parameter("channel"), context.parameter("externalId"));
      if (!identity) return identity.error();
      return std::optional(partition_in_log(services.log, *identity));
    }
    case owner_of_claim: return partition_of_claim(context, services, IdKind::contact);
    case owner_of_company_claim: return partition_of_claim(context, services, IdKind::company);
    case owner_of_record: {
      // What is no position is refused by whoever is asked; everybody has the control stream.
      const auto token = parse_position(context.parameter("id"));
      if (!token || token->offsets.size() != 1) return none;
      const Partition partition = token->offsets.begin()->first;
      const bool is_ours = partition.value >= 0 && partition.value < services.log.partition_count();
      return is_ours ? std::optional(partition) : none;
    }
  }
  panic("no such rule");
}

bool gives_an_id(AnsweredBy by) { return by == owner_of_claim || by == owner_of_company_claim; }

// The member to be asked instead of us; absent: we are to answer. Errors: unreachable.
Result<std::optional<std::string>> member_to_ask(const RequestContext& context, const ApiServices& services,
                                                 AnsweredBy by, const std::optional<Partition>& partition) {
  const Group& group = *services.group;
  if (!partition) {
    if (!gives_an_id(by) || !group.owned().empty() || is_of_member(context.request())) {
      return std::optional<std::string>();
    }
    const auto any = group.owner_of(Partition{0});
    if (!any) return any.error();
    return std::optional(*any);
  }
  if (group.owns(*partition)) return std::optional<std::string>();
  if (is_of_member(context.request())) {
    return Error{Errc::unreachable, "partition " + std::to_string(partition->value) + " is another member's by now"};
  }
  const auto owner = group.owner_of(*partition);
  if (!owner) return owner.error();
  return std::optional(*owner);
}

// Where what answers stood when it became ours: who read it from another member reads that from us.
Positions floor_of(const ApiServices& services, const std::optional<Partition>& partition) {
  Positions floor = services.group->floor();
  if (partition) std::erase_if(floor, [&](const auto& one) { return one.first != *partition; });
  return floor;
}

// A read waits a little for that, and then says what it lacks: who has to have it says so by a token. Errors:
// wait_timeout, and what halted the fold.
asio::awaitable<Result<void>> has_caught_up(const RequestContext& context, ApiServices& services, Positions floor,
                                            bool reads) {
  auto wait = read_wait_of(context.request());
  if (!wait) co_return wait.error();
  if (reads && !context.request().headers.find("Rapport-Wait")) wait = kCatchUpWait;
  const auto view = services.folder.view();
  if (covers(view->positions(), floor)) co_return Result<void>();
  co_return co_await folded_behind(services, std::move(floor), *wait);
}

// A read that carries a token from there is answered from behind it, or not at all.
bool is_waited_for(const HttpRequest& request, const Positions& floor) {
  const auto after = request.headers.find("Rapport-After");
  if (!after) return false;
  const auto token = parse_position(*after);
  return token && covers(token->offsets, floor);
}

bool is_of_one_member(AnsweredBy by) { return by == named || by == all_or_named; }

// What a member is asked of itself, whatever it owns and however far it has folded that.
asio::awaitable<HttpResponse> route_to_named(RequestContext& context, ApiServices& services, AnsweredBy by,
                                             const Handler& handler) {
  const auto member = member_named(services, context.request());
  if (!member) co_return failed(context, member.error());
  if (is_of_member(context.request()) || *member == services.group->address()) co_return co_await handler(context);
  if (*member) co_return co_await answer_of_member(context, services, **member);
  if (by == all_or_named) co_return co_await handler(context);
  co_return failed(context, {Errc::invalid_argument, "says whose it is: HOST:PORT, one of the members of the group",
                             std::string(kMemberParameter)});
}

asio::awaitable<HttpResponse> route(RequestContext& context, ApiServices& services, AnsweredBy by,
                                    const Handler& handler) {
  if (is_of_one_member(by)) co_return co_await route_to_named(context, services, by, handler);
  const auto partition = partition_asked(context, services, by);
  if (!partition) co_return failed(context, partition.error());
  const auto member = member_to_ask(context, services, by, *partition);
  if (!member) co_return failed(context, member.error());
  if (*member) co_return co_await answer_of_member(context, services, **member);
  const bool confirmed = services.group->is_confirmed();
  const bool reads = by == all || !writes(context.request().method);
  if (!confirmed && !context.route().open && !reads) {
    co_return failed(context, {Errc::unreachable, "the broker has not said lately that this is a member of the group"});
  }
  Positions catching_up;
  if (by != whoever && (by != all || is_of_member(context.request()))) {
    Positions floor = floor_of(services, *partition);
    const auto caught_up = co_await has_caught_up(context, services, floor, reads);
    if (!caught_up && !(reads && caught_up.error().code == Errc::wait_timeout)) {
      co_return failed(context, caught_up.error());
    }
    if (!caught_up && *partition && !is_waited_for(context.request(), floor)) catching_up = std::move(floor);
  }
  if (by == owner_of_root) {
    const auto root = co_await root_elsewhere(context, services);
    if (!root) co_return failed(context, root.error());
    if (*root) co_return co_await answer_of_root(context, services, **root);
  }
  HttpResponse response = co_await handler(context);
  // A token is waited for in what is ours: what ceased to be meanwhile may lack what the client has seen. A write has
  // been done, and is told.
  if (*partition && reads) {
    const auto still_ours = member_to_ask(context, services, by, *partition);
    if (!still_ours) co_return failed(context, still_ours.error());
    if (*still_ours) co_return failed(context, {Errc::unreachable, "it has become another member's meanwhile"});
  }
  mark_catching_up(response, services, catching_up);
  if (!confirmed) response.headers.set(kStaleHeader, "true");
  co_return response;
}

}  // namespace

std::span<const GroupRule> group_rules() { return kRules; }

void route_through_group(Router& router, ApiServices& services) {
  router.wrap([&services](const Route& of, Handler handler) -> Handler {
    const GroupRule* rule = rule_of(of);
    if (rule == nullptr) return handler_of([](RequestContext& context) { return answered_by_nobody(context); });
    return [&services, by = rule->answered_by, handler = std::move(handler)](RequestContext& context) {
      return route(context, services, by, handler);
    };
  });
}

}  // namespace rapport

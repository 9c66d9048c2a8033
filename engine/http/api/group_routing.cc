#include "engine/http/api/group_routing.h"

#include <array>

#include "engine/group/group.h"
#include "engine/group/member_events.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/idempotency_key.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"

namespace rapport {
namespace {

using enum AnsweredBy;

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
    GroupRule{"/v1/events", whoever},
    GroupRule{"/v1/feed", all},
    GroupRule{"/v1/backups", whoever},  // of the instance that is asked
    GroupRule{"/v1/backups/{id}", whoever},
    GroupRule{kMemberIdentitiesPath, whoever},
    GroupRule{kMemberEventsPath, whoever},
    GroupRule{"/v1/contacts", all, HttpMethod::get},
    GroupRule{"/v1/contacts", owner_of_claim, HttpMethod::post},
    GroupRule{"/v1/contacts/{id}", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/activity", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/archive", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/blame", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/diff", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/export", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/merge", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/tags", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/timeline", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/unarchive", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/unmerge", owner_of_contact},
    GroupRule{"/v1/contacts/{id}/visits", owner_of_contact},
    GroupRule{"/v1/identities/{channel}/{externalId}", owner_of_identity},
};

const GroupRule* rule_of(const Route& route) {
  for (const GroupRule& rule : kRules) {
    if (rule.pattern == route.pattern && (!rule.method || *rule.method == route.method)) return &rule;
  }
  return nullptr;
}

bool writes(HttpMethod method) { return method != HttpMethod::get && method != HttpMethod::head; }

HttpResponse answered_by_nobody(const RequestContext& context) {
  return problem_response(Problem{.status = 501,
                                  .code = "not_in_a_group",
                                  .title = "Instances of a group do not answer this yet",
                                  .detail = "it needs the rows of all of them; an instance that is the only one of its "
                                            "log answers it (docs/many.md)"},
                          context.request().request_id);
}

// Absent: whoever has it. Errors: the request's own.
Result<std::optional<Subject>> subject_of(RequestContext& context, AnsweredBy by) {
  std::optional<Subject> none;
  switch (by) {
    case whoever:
    case all: return none;
    case owner_of_contact: {
      const auto id = id_parameter(context);
      if (!id) return id.error();
      return std::optional<Subject>(ContactId{*id});
    }
    case owner_of_identity: {
      const auto identity = make_identity(context.parameter("channel"), context.parameter("externalId"));
      if (!identity) return identity.error();
      return std::optional<Subject>(*identity);
    }
    case owner_of_claim: {
      const auto key = idempotency_key_of(context, context.request().body);
      if (!key) return key.error();
      return *key ? std::optional<Subject>((*key)->claim(IdKind::contact)) : none;
    }
  }
  panic("no such rule");
}

// The member to be asked instead of us; absent: we are to answer. Errors: subject_of's; unreachable.
Result<std::optional<std::string>> member_to_ask(RequestContext& context, const ApiServices& services, AnsweredBy by) {
  const Group& group = *services.group;
  const auto subject = subject_of(context, by);
  if (!subject) return subject.error();
  if (!*subject) {
    if (by != owner_of_claim || !group.owned().empty() || is_of_member(context.request())) {
      return std::optional<std::string>();
    }
    const auto any = group.owner_of(Partition{0});
    if (!any) return any.error();
    return std::optional(*any);
  }
  const Partition partition = services.log.partition_of(to_string(**subject));
  if (group.owns(partition)) return std::optional<std::string>();
  if (is_of_member(context.request())) {
    return Error{Errc::unreachable, "partition " + std::to_string(partition.value) + " is another member's by now"};
  }
  const auto owner = group.owner_of(partition);
  if (!owner) return owner.error();
  return std::optional(*owner);
}

// What stood in our partitions when they became ours is folded: who read it from another member reads it from us.
asio::awaitable<Result<void>> has_caught_up(const RequestContext& context, ApiServices& services) {
  const auto wait = read_wait_of(context.request());
  if (!wait) co_return wait.error();
  Positions floor = services.group->floor();
  const auto view = services.folder.view();
  if (covers(view->positions(), floor)) co_return Result<void>();
  co_return co_await folded_behind(services, std::move(floor), *wait);
}

asio::awaitable<HttpResponse> route(RequestContext& context, ApiServices& services, AnsweredBy by,
                                    const Handler& handler) {
  const auto member = member_to_ask(context, services, by);
  if (!member) co_return failed(context, member.error());
  if (*member) co_return co_await answer_of_member(context, services, **member);
  const bool confirmed = services.group->is_confirmed();
  if (!confirmed && !context.route().open && writes(context.request().method)) {
    co_return failed(context, {Errc::unreachable, "the broker has not said lately that this is a member of the group"});
  }
  if (by != whoever && (by != all || is_of_member(context.request()))) {
    const auto caught_up = co_await has_caught_up(context, services);
    if (!caught_up) co_return failed(context, caught_up.error());
  }
  HttpResponse response = co_await handler(context);
  // A token is waited for in what is ours: what ceased to be meanwhile may lack what the client has seen. A write has
  // been done, and is told.
  const bool of_one = by == owner_of_contact || by == owner_of_identity;
  if (of_one && !writes(context.request().method)) {
    const auto still_ours = member_to_ask(context, services, by);
    if (!still_ours) co_return failed(context, still_ours.error());
    if (*still_ours) co_return failed(context, {Errc::unreachable, "it has become another member's meanwhile"});
  }
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

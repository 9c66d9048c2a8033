#include "engine/http/api/group_rebuilds.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/group/group.h"
#include "engine/group/member_events.h"
#include "engine/group/member_json.h"
#include "engine/http/api/member_request.h"
#include "engine/http/late_result.h"
#include "engine/publish/own_events.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

namespace json = boost::json;

// What one member answers.
struct Told {
  std::string member;
  std::optional<Error> error;
  json::array statuses, kept;
};

json::object with_member(const std::string& member, const json::object& status) {
  json::object out{{"member", member}};
  for (const auto& [name, value] : status) out.emplace(name, value);
  return out;
}

// Of a list of rebuilds, or of one that has begun.
void take(Told& told, int status, const std::string& body) {
  if (status != 200 && status != 202) {
    told.error = decode_problem(body);
    return;
  }
  const Error otherwise{Errc::internal, "member " + told.member + " gives what are no rebuilds"};
  const auto taken = read_member_json(body, otherwise, [&](const json::value& read) -> Result<void> {
    if (!read.as_object().contains("items")) {
      told.statuses.push_back(with_member(told.member, read.as_object()));
      return {};
    }
    for (const json::value& one : read.at("items").as_array()) {
      told.statuses.push_back(with_member(told.member, one.as_object()));
    }
    told.kept = read.at("kept").as_array();
    return {};
  });
  if (!taken) told.error = taken.error();
}

// Errors: unreachable: nobody is known.
Result<std::vector<std::string>> to_be_asked(const ApiServices& services, std::optional<ContactId> contact) {
  const Group& group = *services.group;
  if (contact) {
    const Partition partition = partition_of(services.log, Subject{*contact});
    if (group.owns(partition)) return std::vector{group.address()};
    auto owner = group.owner_of(partition);
    if (!owner) return owner.error();
    return std::vector{*std::move(owner)};
  }
  std::vector<std::string> out;
  for (const GroupMember& member : group.status().members) out.push_back(member.address);
  if (out.empty()) return Error{Errc::unreachable, "who is of the group is not known now"};
  return out;
}

std::string text_of(const std::vector<Told>& all) {
  json::array items, members;
  for (const Told& told : all) {
    items.insert(items.end(), told.statuses.begin(), told.statuses.end());
    json::object member{{"member", told.member}, {"problem", nullptr}, {"kept", told.kept}};
    if (told.error) member["problem"] = to_string(*told.error);
    members.push_back(std::move(member));
  }
  return json::serialize(json::object{{"items", std::move(items)}, {"members", std::move(members)}});
}

}  // namespace

bool asks_all_members(const ApiServices& services, const HttpRequest& request) {
  return services.group != nullptr && !is_of_member(request) && !request.query.find(kMemberParameter);
}

Result<std::optional<std::string>> member_named(const ApiServices& services, const HttpRequest& request) {
  const auto name = request.query.find(kMemberParameter);
  if (!name) return std::optional<std::string>();
  const auto members = services.group->status().members;
  const bool there =
      std::any_of(members.begin(), members.end(), [&](const GroupMember& member) { return member.address == *name; });
  if (there || *name == services.group->address()) return std::optional(std::string(*name));
  return Error{Errc::invalid_argument, "is no member of the group now", std::string(kMemberParameter)};
}

asio::awaitable<Result<std::string>> ask_for_rebuilds(RequestContext& context, ApiServices& services,
                                                      std::optional<ContactId> contact,
                                                      const std::function<HttpResponse()>& own) {
  const auto members = to_be_asked(services, contact);
  if (!members) co_return members.error();
  HttpClientRequest request = member_request(context);
  if (const auto type = context.request().headers.find("Content-Type")) request.content_type = std::string(*type);
  request.body = context.request().body;
  std::vector<std::unique_ptr<LateResult<HttpClientResponse>>> answers;
  for (const std::string& member : *members) {
    answers.push_back(std::make_unique<LateResult<HttpClientResponse>>(context.executor()));
    if (member == services.group->address()) continue;
    services.group->calls().ask(member, request, [done = answers.back()->done()](Result<HttpClientResponse> answer) {
      done(std::move(answer));
    });
  }
  std::vector<Told> all;
  for (std::size_t i = 0; i < members->size(); ++i) {
    Told told{.member = (*members)[i], .error = {}, .statuses = {}, .kept = {}};
    if (told.member == services.group->address()) {
      const HttpResponse answer = own();
      take(told, answer.status, answer.body);
    } else if (const auto answer = co_await answers[i]->wait(); answer) {
      take(told, answer->status, answer->body);
    } else {
      told.error = answer.error();
    }
    all.push_back(std::move(told));
  }
  const bool none = std::all_of(all.begin(), all.end(), [](const Told& told) { return told.error.has_value(); });
  if (none) co_return *all.front().error;
  co_return text_of(all);
}

}  // namespace rapport

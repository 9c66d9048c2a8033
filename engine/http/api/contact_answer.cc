#include "engine/http/api/contact_answer.h"

#include "engine/http/api/api_problem.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/problem.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

void add_tag(HttpResponse& response, const std::string& tag) { response.headers.add("ETag", '"' + tag + '"'); }

HttpResponse answer_of(RequestContext& context, ContactId asked, const std::optional<MergedContact>& contact,
                       const Sight& sight, bool of_the_past) {
  std::string body;
  JsonWriter json(body);
  if (contact && contact->state.gone != Gone::no) {
    write_gone_contact(json, contact->root, contact->state);
    return HttpResponse::json(std::move(body), 410);
  }
  if (!contact || !contact->state.exists) {
    const std::string then = of_the_past ? "there was no contact " : "there is no contact ";
    return problem_response({Errc::not_found, then + std::to_string(asked.value)}, context.request().request_id);
  }
  write_contact(json, *contact, sight);
  HttpResponse response = HttpResponse::json(std::move(body));
  // A read of the past has nothing to match; a repeated write has what the first one was told.
  const bool read_of_the_past = of_the_past && context.request().method == HttpMethod::get;
  if (!read_of_the_past) add_tag(response, version_tag(*contact));
  return response;
}

// What is answered of it is made from its own row alone.
bool stands_alone(const MergedContact& contact) {
  return contact.members.empty() && contact.state.absorbed.empty() && !contact.state.merged_into.value;
}

}  // namespace

RowDigest row_to_answer_from(const View& view, ContactId id, const Sight& sight) {
  if (!sight.sees_personal() || !view.shows(id)) return std::optional<Digest>();
  return read_contact_digest(view, id);
}

std::optional<HttpResponse> kept_contact_answer(const ApiServices& services, const View& view, ContactId id,
                                                Digest row) {
  const auto known = services.answers->find({id}, row);
  if (!known) return std::nullopt;
  HttpResponse response = HttpResponse::json(known->body());
  add_tag(response, known->tag());
  set_position(response, services, positions_of_stream(services, view, id));
  return response;
}

std::string version_tag(const MergedContact& contact) {
  std::string tag = std::to_string(contact.version);
  for (const MergeMember& member : contact.members) tag += '+' + std::to_string(member.version);
  return tag;
}

Positions positions_of_contact(const ApiServices& services, const View& view, const MergedContact& contact) {
  Positions positions = positions_of_stream(services, view, contact.root);
  for (const MergeMember& member : contact.members) {
    advance(positions, positions_of_stream(services, view, member.id));
  }
  return positions;
}

HttpResponse contact_answer(RequestContext& context, const ApiServices& services, const View& view, ContactId id,
                            const std::optional<AsOf>& as_of) {
  if (as_of) {
    const auto moment = moment_of(services, view, id, *as_of);
    if (!moment) {
      return problem_response(Error{moment.error().code, moment.error().detail, "as_of"}, context.request().request_id);
    }
  }
  const Sight sight(context.principal(), view.control());
  const auto row = as_of ? RowDigest(std::nullopt) : row_to_answer_from(view, id, sight);
  if (!row) return problem_response(row.error(), context.request().request_id);
  if (*row) {
    if (auto known = kept_contact_answer(services, view, id, **row)) return *std::move(known);
  }
  const auto contact = read_merged(as_of ? contacts_as_of(services, view, *as_of) : contacts_of(view), id);
  if (!contact) return problem_response(contact.error(), context.request().request_id);
  HttpResponse response = answer_of(context, id, *contact, sight, as_of.has_value());
  if (*row && response.status == 200 && stands_alone(**contact)) {
    services.answers->keep({id}, **row, {response.body, version_tag(**contact)});
  }
  Positions positions = positions_of_stream(services, view, id);
  if (*contact) advance(positions, positions_of_contact(services, view, **contact));
  set_position(response, services, positions);
  return response;
}

asio::awaitable<HttpResponse> contact_answer(WriteCall& call, ContactId id) {
  const auto family = co_await call.family(id);
  if (!family) co_return call.failed(family.error());
  HttpResponse response = contact_answer(call.context(), call.services(), *family->view, id, call.as_of());
  family->lent.mark(response, call.services());
  co_return response;
}

asio::awaitable<HttpResponse> whole_contact_answer(RequestContext& context, ApiServices& services,
                                                   std::shared_ptr<const View> view, ContactId id,
                                                   std::optional<AsOf> as_of) {
  FamilyWanted wanted = family_of(id);
  wanted.as_of = as_of;
  const auto family = co_await family_view(context, services, std::move(view), std::move(wanted));
  if (!family) co_return failed(context, family.error());
  HttpResponse response = contact_answer(context, services, *family->view, id, as_of);
  family->lent.mark(response, services);
  co_return response;
}

HttpResponse merged_conflict(const RequestContext& context, std::string detail) {
  const Problem problem{
      .status = 409, .code = "contact_merged", .title = "The contact is merged", .detail = std::move(detail)};
  return problem_response(problem, context.request().request_id);
}

Result<ContactId> root_of_merge(const View& view, ContactId id) {
  const auto contact = read_merged(contacts_of(view), id);
  if (!contact) return contact.error();
  if (!*contact || (!(*contact)->state.exists && (*contact)->state.gone == Gone::no)) {
    return Error{Errc::not_found, "there is no contact " + std::to_string(id.value)};
  }
  return (*contact)->root;
}

asio::awaitable<Result<ContactId>> root_of_merge(const WriteCall& call, ContactId id) {
  const auto family = co_await call.family(id);
  if (!family) co_return family.error();
  co_return root_of_merge(*family->view, id);
}

asio::awaitable<Result<ContactId>> root_to_change(const WriteCall& call, ContactId id) {
  const auto root = co_await root_of_merge(call, id);
  const Group* group = call.services().group;
  if (!root || group == nullptr || group->owns(call.services().log.partition_of(to_string(Subject{*root})))) {
    co_return root;
  }
  co_return Error{Errc::unreachable, "the root of the merge is contact " + std::to_string(root->value) +
                                         " by now, which another instance folds"};
}

}  // namespace rapport

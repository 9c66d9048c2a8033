// /api/v1/crm/contact/merge/{id} and /api/v1/crm/block-visitor: what the compatible API does to several contacts at
// once.
#include <algorithm>
#include <boost/json.hpp>

#include "engine/group/member_events.h"
#include "engine/http/api/body_object.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/compatible_contact_answer.h"
#include "engine/http/api/contact_link.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/request_values.h"
#include "engine/publish/own_events.h"
#include "events/json_value.h"
#include "events/stable_id.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::size_t kContactsMax = 100;  // in one merge or block

// One id, or a list of them; each once.
Result<std::vector<ContactId>> ids_of(const json::object& body, std::string_view name) {
  const Error bad{Errc::invalid_argument, "is a list of 1 to " + std::to_string(kContactsMax) + " ids of contacts",
                  std::string(name)};
  const json::value* member = body.if_contains(json::string_view(name.data(), name.size()));
  if (member == nullptr) return bad;
  const json::array listed = member->is_array() ? member->get_array() : json::array{*member};
  std::vector<ContactId> ids;
  for (const json::value& value : listed) {
    const auto id = value.is_string() ? parse_id({value.get_string().data(), value.get_string().size()})
                                      : parse_id(json::serialize(value));
    if (!id) return bad;
    if (std::find(ids.begin(), ids.end(), ContactId{*id}) == ids.end()) ids.push_back(ContactId{*id});
  }
  if (ids.empty() || ids.size() > kContactsMax) return bad;
  return ids;
}

std::string merged_message(ContactId loser, ContactId root) {
  return "#" + std::to_string(loser.value) + " contact timeline's merged with #" + std::to_string(root.value) +
         " successfully.";
}

// How each of several contacts fared.
struct MergeResult {
  ContactId id;
  std::optional<Error> error;
};

asio::awaitable<Result<void>> merge_one(WriteCall& call, ContactId loser, ContactId into) {
  auto event = call.make({.type = "contact.merged_into",
                          .subject = to_string(Subject{loser}),
                          .data = "{\"into\":" + std::to_string(into.value) + "}"});
  if (!event) co_return event.error();
  const auto repeat = call.is_repeat(Subject{loser});
  if (!repeat) co_return repeat.error();
  if (*repeat) co_return co_await repeat_link(call, loser, *std::move(event));
  const auto family = co_await call.family(loser, into);
  if (!family) co_return family.error();
  auto link = link_to_set(*family->view, loser, into);
  if (!link) {
    const std::string field = link.error().field.empty() ? "mergeId" : "id";
    co_return Error{link.error().code, link.error().detail, field};
  }
  if (!link->conflict.empty()) co_return Error{Errc::invalid_argument, link->conflict, "mergeId"};
  co_return co_await write_link(call, *std::move(link), *std::move(event));
}

// {"data":{"id":83,"message":"#78 contact timeline's merged with #83 successfully."}}; of several contacts a line each,
// and what became of each beside it. None merged: the first one's error.
HttpResponse merge_answer(const WriteCall& call, ContactId root, const std::vector<MergeResult>& results) {
  std::string message;
  for (const MergeResult& result : results) {
    if (result.error) continue;
    if (!message.empty()) message += "\n";
    message += merged_message(result.id, root);
  }
  if (message.empty()) return call.failed(*results.front().error);
  std::string data;
  JsonWriter out(data);
  out.begin_object().key("id").number(root.value).key("message").string(message);
  if (results.size() > 1) {
    out.key("results").begin_array();
    for (const MergeResult& result : results) {
      out.begin_object().key("id").number(result.id.value).key("merged").boolean(!result.error);
      out.key("message").string(result.error ? result.error->detail : merged_message(result.id, root)).end_object();
    }
    out.end_array();
  }
  out.end_object();
  return data_response(data);
}

// What the owner of the contact answers. What that has written, or would write, this call has. Errors: unreachable.
asio::awaitable<Result<HttpClientResponse>> answer_of_owner(WriteCall& call, ContactId contact,
                                                            HttpClientRequest request) {
  const auto& group = *call.services().group;
  const Partition partition = partition_of(call.services().log, contact);
  const auto owner = group.owns(partition) ? Result<std::string>(group.address()) : group.owner_of(partition);
  if (!owner) co_return owner.error();
  const bool writes = request.method != HttpMethod::get;
  auto answer = co_await ask_member(call.services(), *owner, std::move(request));
  if (!answer || answer->status != 200 || !writes) co_return answer;
  if (call.is_dry()) {
    auto told = call.would_write(answer->body);
    if (!told) co_return told.error();
    answer->body = *std::move(told);
    co_return answer;
  }
  if (const auto position = answer->headers.find("Rapport-Position")) {
    const auto token = parse_position(*position);
    if (token) call.wrote(token->offsets);
  }
  co_return answer;
}

// The body of its answer. Errors: what else it answers; unreachable.
asio::awaitable<Result<std::string>> ask_owner(WriteCall& call, ContactId contact, HttpClientRequest request) {
  const auto answer = co_await answer_of_owner(call, contact, std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status == 200) co_return answer->body;
  if (answer->status == 404) {
    co_return Error{Errc::not_found, "there is no contact " + std::to_string(contact.value), "data"};
  }
  co_return Error{Errc::unreachable, "the owner of contact " + std::to_string(contact.value) + " answers " +
                                         std::to_string(answer->status)};
}

// Each owner's part of a request is a request of its own, under a key of its own: what is sent again is done once.
HttpClientRequest part_of(const WriteCall& call, ContactId contact, json::object body) {
  HttpClientRequest part = member_request(call.context());
  if (const auto key = call.request().headers.find("Idempotency-Key")) {
    part.headers.set("Idempotency-Key", stable_id({unquoted(*key), std::to_string(contact.value)}));
  }
  part.content_type = "application/json";
  part.body = json::serialize(body);
  return part;
}

// Of {"data":{"id":42}}.
Result<ContactId> id_in(const std::string& text) {
  try {
    return ContactId{json::parse(text).at("data").at("id").to_number<std::uint64_t>()};
  } catch (const std::exception&) {
    return Error{Errc::internal, "a member answers what is no contact"};
  }
}

// What the owner found wrong, as it would be told here.
Error error_of_owner(const HttpClientResponse& answer) {
  Error error = decode_problem(answer.body);
  if (answer.status == 404) error.code = Errc::not_found;
  if (answer.status == 400) error.code = Errc::invalid_argument;
  if (answer.status == 503) error.code = Errc::unreachable;
  if (answer.status == 504) error.code = Errc::wait_timeout;
  return error;
}

asio::awaitable<Result<void>> merge_at_owner(WriteCall& call, json::object body, ContactId loser) {
  body["mergeId"] = loser.value;
  const auto answer = co_await answer_of_owner(call, loser, part_of(call, loser, std::move(body)));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return error_of_owner(*answer);
  co_return Result<void>();
}

asio::awaitable<HttpResponse> merge(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto body = body_object(call.request().body);
  if (!body) co_return call.failed(body.error());
  const auto losers = ids_of(*body, "mergeId");
  if (!losers) co_return call.failed(losers.error());
  const bool of_group = call.services().group != nullptr && !is_of_member(call.request());
  std::vector<MergeResult> results;
  for (const ContactId loser : *losers) {
    if (of_group) {
      const auto merged = co_await merge_at_owner(call, *body, loser);
      results.push_back({loser, merged ? std::nullopt : std::optional(merged.error())});
      continue;
    }
    const auto merged = co_await merge_one(call, loser, ContactId{*id});
    results.push_back({loser, merged ? std::nullopt : std::optional(merged.error())});
  }
  co_return merge_answer(call, ContactId{*id}, results);
}

// {"data":[827],"type":"contact","blockTill":"2021-09-09T07:08:12.658Z"}; without a date: for good.
struct BlockRequest {
  std::vector<ContactId> contacts;
  std::string data;  // of contact.changed
};

Result<BlockRequest> block_request_of(const std::string& text) {
  const auto body = body_object(text);
  if (!body) return body.error();
  for (const auto& [name, value] : *body) {
    if (name == "data") continue;
    if (name == "type" && value == "contact") continue;
    if (name == "type") return Error{Errc::invalid_argument, "is contact: nothing else is blocked", "type"};
    if (name != "blockTill") return Error{Errc::invalid_argument, "is not a member of a block", std::string(name)};
  }
  auto contacts = ids_of(*body, "data");
  if (!contacts) return contacts.error();
  const json::value* till = body->if_contains("blockTill");
  json::object block;
  if (till != nullptr && !till->is_null()) {
    const bool is_date = till->is_string() && parse_timestamp({till->get_string().data(), till->get_string().size()});
    if (!is_date) return Error{Errc::invalid_argument, "is not a date", "blockTill"};
    block["until"] = *till;
  }
  return BlockRequest{*std::move(contacts), json::serialize(json::object{{"blocked", block}})};
}

// As block(), each contact by its owner.
asio::awaitable<HttpResponse> block_of_group(WriteCall& call, const BlockRequest& wanted) {
  std::vector<ContactId> roots;  // what is written to
  for (const ContactId id : wanted.contacts) {
    HttpClientRequest look = member_request(call.context());
    look.method = HttpMethod::get;
    look.target = "/api/v1/crm/objects/contact/" + std::to_string(id.value) + "?select=id";
    const auto there = co_await ask_owner(call, id, std::move(look));
    if (!there) co_return call.failed(there.error());
    const auto root = id_in(*there);
    if (!root) co_return call.failed(root.error());
    roots.push_back(*root);
  }
  for (std::size_t i = 0; i < roots.size(); ++i) {
    json::object body = parse_json_value(call.request().body).as_object();
    body["data"] = roots[i].value;
    const auto blocked = co_await ask_owner(call, roots[i], part_of(call, wanted.contacts[i], std::move(body)));
    if (!blocked) co_return call.failed(blocked.error());
  }
  co_return data_response("true");
}

// All or none: who is not there is found out before anyone is blocked.
asio::awaitable<HttpResponse> block(WriteCall& call) {
  const auto wanted = block_request_of(call.request().body);
  if (!wanted) co_return call.failed(wanted.error());
  if (call.services().group != nullptr && !is_of_member(call.request())) {
    co_return co_await block_of_group(call, *wanted);
  }
  std::vector<ContactId> roots;
  for (const ContactId id : wanted->contacts) {
    const auto family = co_await call.family(id);
    if (!family) co_return call.failed(family.error());
    const auto contact = live_contact(call.services(), *family->view, id);
    if (!contact) co_return call.failed(Error{contact.error().code, contact.error().detail, "data"});
    roots.push_back(contact->root);
  }
  for (const ContactId root : roots) {
    auto event = call.make({.type = "contact.changed", .subject = to_string(Subject{root}), .data = wanted->data});
    if (!event) co_return call.failed(event.error());
    const auto written = co_await call.write(*std::move(event));
    if (!written) co_return call.failed(written.error());
  }
  co_return data_response("true");
}

}  // namespace

void add_compatible_action_routes(Router& router, ApiServices& services) {
  const WriteRules rules{.failed = compatible_problem};
  router.add({.method = HttpMethod::post,
              .pattern = "/api/v1/crm/contact/merge/{id}",
              .scope = "contact:write",
              .handler = writing(services, rules, [](WriteCall& call) { return merge(call); })});
  router.add({.method = HttpMethod::post,
              .pattern = "/api/v1/crm/block-visitor",
              .scope = "contact:write",
              .handler = writing(services, rules, [](WriteCall& call) { return block(call); })});
}

}  // namespace rapport

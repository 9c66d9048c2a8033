#include "engine/http/api/group_rows.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/group/member_events.h"
#include "engine/group/member_json.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "events/bytes_text.h"
#include "events/json_writer.h"
#include "events/number_text.h"
#include "projections/merges_shown.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::string_view kRowsHeader = "Rapport-Rows";

// The compatible API's problems have other codes; what became of the request, their status says too.
Error problem_of_member(const HttpClientResponse& answer) {
  Error error = decode_problem(answer.body);
  if (answer.status == 503) error.code = Errc::unreachable;
  if (answer.status == 504) error.code = Errc::wait_timeout;
  return error;
}

Result<void> take_rows(GroupRows& out, const std::string& address, const Result<HttpClientResponse>& answer) {
  if (!answer) return answer.error();
  if (answer->status != 200) return problem_of_member(*answer);
  out.stale = out.stale || answer->headers.find(kStaleHeader).has_value();
  if (const auto token = answer->headers.find("Rapport-Position")) RAPPORT_TRY(add_positions(out.positions, *token));
  if (const auto token = answer->headers.find(kCatchingUpHeader)) RAPPORT_TRY(add_positions(out.catching_up, *token));
  const Error otherwise{Errc::internal, "member " + address + " gives what are no rows"};
  return read_member_json(answer->body, otherwise, [&](const json::value& read) -> Result<void> {
    for (const json::value& row : read.at("rows").as_array()) {
      const auto key = from_base64url(string_of(row.at("key")));
      if (!key) return key.error();
      out.rows.push_back({*key, string_of(row.at("item")), string_of(row.at("note"))});
    }
    out.count += read.at("count").to_number<std::uint64_t>();
    return {};
  });
}

// Of the moments without families, where there are such.
asio::awaitable<Result<GroupRows>> rows_of_owners(RequestContext& context, ApiServices& services,
                                                  const std::map<std::string, OwnerMoments>& owners,
                                                  const HttpClientRequest& request) {
  std::map<std::string, HttpClientRequest> requests;
  for (const auto& [address, owner] : owners) {
    HttpClientRequest& one = requests.emplace(address, request).first->second;
    one.headers.set(kPartitionsHeader, partitions_text(owner.partitions));
    if (owner.rest != 0) one.headers.set(kMomentHeader, std::to_string(owner.rest));
  }
  const auto answers = co_await ask_members(context, services, std::move(requests));
  GroupRows out;
  for (const auto& [address, answer] : answers) {
    const auto taken = take_rows(out, address, answer);
    if (!taken) co_return taken.error();
  }
  co_return out;
}

asio::awaitable<Result<GroupRows>> rows_in_rounds(RequestContext& context, ApiServices& services,
                                                  std::map<std::string, OwnerMoments> owners,
                                                  const HttpClientRequest& request, const ReadFamilies& read) {
  const auto families = co_await find_families(context, services, std::move(owners));
  if (!families) co_return families.error();
  auto out = co_await rows_of_owners(context, services, families->owners, request);
  if (!out) co_return out.error();
  auto theirs = co_await read(*families);
  if (!theirs) co_return theirs.error();
  out->count += theirs->count;
  out->rows.insert(out->rows.end(), std::make_move_iterator(theirs->rows.begin()),
                   std::make_move_iterator(theirs->rows.end()));
  co_return out;
}

}  // namespace

bool asks_owners(const ApiServices& services, const HttpRequest& request) {
  return services.group != nullptr && !is_of_member(request);
}

asio::awaitable<Result<RowsAsked>> rows_asked(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  RowsAsked out;
  auto partitions = partitions_asked(request);
  if (!partitions) co_return partitions.error();
  out.partitions = *std::move(partitions);
  const auto rows = parse_number<std::size_t>(request.headers.find(kRowsHeader).value_or(""));
  if (!rows) co_return Error{Errc::invalid_argument, "is a number of rows", std::string(kRowsHeader)};
  out.rows_max = *rows;
  const auto moment = moment_asked(request);
  if (!moment) co_return moment.error();
  if (*moment) {
    auto pinned = services.pinned->find(**moment);
    if (!pinned) co_return pinned.error();
    out.view = *std::move(pinned);
  } else {
    const auto folded = co_await view_for(context, services);
    if (!folded) co_return folded.error();
    const auto owned = check_owned(services, out.partitions);
    if (!owned) co_return owned.error();
    out.view = view_of(services, *services.folder.view(), out.partitions);
  }
  out.catching_up = catching_up(services, *out.view, out.partitions);
  co_return out;
}

HttpResponse RowsAnswer::response(const ApiServices& services) const {
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("rows").begin_array();
  for (const GroupRow& row : rows_) {
    out.begin_object().key("key").string(encode_cursor(row.key)).key("item").string(row.item);
    out.key("note").string(row.note).end_object();
  }
  out.end_array().key("count").number(count_).end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, asked_.view->positions());
  mark_catching_up(response, services, asked_.catching_up);
  return response;
}

std::vector<GroupRow> GroupRows::behind(std::size_t offset) const {
  const auto from = rows.begin() + static_cast<std::ptrdiff_t>(std::min(offset, rows.size()));
  return {from, rows.end()};
}

void GroupRows::mark(HttpResponse& response, const ApiServices& services) const {
  set_position(response, services, positions);
  mark_catching_up(response, services, catching_up);
  if (stale) response.headers.set(kStaleHeader, "true");
}

asio::awaitable<Result<GroupRows>> group_rows(RequestContext& context, ApiServices& services, std::size_t rows_max,
                                              RowBefore before, ReadFamilies families) {
  HttpClientRequest request = member_request(context);
  if (const auto type = context.request().headers.find("Content-Type")) request.content_type = std::string(*type);
  request.body = context.request().body;
  co_return co_await group_rows_of(context, services, std::move(request), rows_max, std::move(before),
                                   std::move(families));
}

asio::awaitable<HttpResponse> group_page_by_key(RequestContext& context, ApiServices& services, std::size_t limit) {
  const auto found = co_await group_rows(context, services, limit + 1);
  if (!found) co_return failed(context, found.error());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (std::size_t i = 0; i < std::min(limit, found->rows.size()); ++i) json.raw(found->rows[i].item);
  json.end_array().key("next");
  found->rows.size() > limit ? json.string(encode_cursor(found->rows[limit - 1].key)) : json.null();
  json.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  found->mark(response, services);
  co_return response;
}

asio::awaitable<HttpResponse> group_numbered_page(RequestContext& context, ApiServices& services, NumberedPage page,
                                                  ReadFamilies families) {
  const auto found =
      co_await group_rows(context, services, page.offset() + page.limit, in_order_of_key, std::move(families));
  if (!found) co_return compatible_problem(context, found.error());
  std::string items;
  for (const GroupRow& row : found->behind(page.offset())) items += (items.empty() ? "" : ",") + row.item;
  HttpResponse response = numbered_page_response(page, found->count, items);
  found->mark(response, services);
  co_return response;
}

asio::awaitable<Result<GroupRows>> group_rows_of(RequestContext& context, ApiServices& services,
                                                 HttpClientRequest request, std::size_t rows_max, RowBefore before,
                                                 ReadFamilies families) {
  auto partitions = partitions_by_owner(services);
  if (!partitions) co_return partitions.error();
  std::map<std::string, OwnerMoments> owners;
  for (auto& [address, its] : *partitions) owners[address].partitions = std::move(its);
  request.headers.set(kRowsHeader, std::to_string(rows_max));
  auto out = co_await rows_of_owners(context, services, owners, request);
  if (!out && families && is_merge_leading_out(out.error())) {
    out = co_await rows_in_rounds(context, services, std::move(owners), request, families);
  }
  if (!out) co_return out.error();
  std::stable_sort(out->rows.begin(), out->rows.end(), before);
  if (out->rows.size() > rows_max) out->rows.resize(rows_max);
  co_return out;
}

}  // namespace rapport

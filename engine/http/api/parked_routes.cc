// /v1/parked: records that could not be folded, visible with their reason and bytes.
#include <sodium.h>

#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/sight.h"
#include "engine/http/problem.h"
#include "events/json_writer.h"
#include "projections/parked_reader.h"

namespace rapport {
namespace {

constexpr std::size_t kPageDefault = 50;
constexpr std::size_t kPageMax = 500;

std::string base64(const std::string& bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  out.resize(out.find('\0'));
  return out;
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const auto failed = [&](const Error& error) { return problem_response(error, context.request().request_id); };
  const auto limit = limit_of(context.request(), kPageDefault, kPageMax);
  if (!limit) co_return failed(limit.error());
  const auto cursor = cursor_of(context.request());
  if (!cursor) co_return failed(cursor.error());
  const auto newest = co_await view_for(context, services);
  if (!newest) co_return failed(newest.error());
  const auto& view = *newest;
  const auto parked = list_parked(*view, cursor->value_or(""), *limit + 1);
  if (!parked) co_return failed(parked.error());
  const Sight sight(context.principal(), view->control());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (std::size_t i = 0; i < std::min(*limit, parked->size()); ++i) {
    const ParkedRecord& record = (*parked)[i];
    json.begin_object();
    json.key("position").string(format_position(services.log.id(), record.position));
    json.key("recordedAt").time(record.row.recorded_at);
    // Behind its code a reason may quote the bytes.
    const std::string& reason = record.row.reason;
    json.key("reason").string(sight.sees_personal() ? reason : reason.substr(0, reason.find(':')));
    json.key("origin").string(record.row.origin);
    // An inbox's bytes came into the log as base64 already.
    const std::string raw = record.row.origin.empty() ? base64(record.row.raw) : record.row.raw;
    json.key("key").string_or_null(sight.text(base64(record.row.key)));
    json.key("raw").string_or_null(sight.text(raw));
    json.end_object();
  }
  json.end_array().key("next");
  parked->size() > *limit ? json.string(encode_cursor((*parked)[*limit - 1].key)) : json.null();
  json.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, view->positions());
  co_return response;
}

}  // namespace

void add_parked_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/parked",
              .scope = "parked:read",
              .handler = [&services](RequestContext& c) { return list(c, services); }});
}

}  // namespace rapport

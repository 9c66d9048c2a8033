#include "engine/http/api/idempotency_key.h"

#include <algorithm>

#include "engine/http/api/request_values.h"
#include "engine/publish/entry_checks.h"
#include "events/stable_id.h"

namespace rapport {
namespace {

// Each part behind its size, so that no two requests read the same.
std::string request_text(const HttpRequest& request) {
  std::string out;
  const auto add = [&](std::string_view part) { out.append(std::to_string(part.size())).append(":").append(part); };
  add(http_method_name(request.method));
  for (const std::string& segment : request.path) add(segment);
  add("?");
  for (const QueryParameter& parameter : request.query.all) {
    add(parameter.name);
    add(parameter.value);
  }
  return out;
}

}  // namespace

std::string IdempotencyKey::event_id(std::size_t index) const {
  const std::string id = "idempotency-" + stable_id({text});
  return index == 0 ? id : id + "." + std::to_string(index);
}

Identity IdempotencyKey::claim(IdKind kind) const {
  std::string channel(kIdempotencyChannel);
  if (kind != IdKind::contact) channel.append("-").append(kIdKindNames[static_cast<std::size_t>(kind)]);
  return {channel, text};
}

Result<std::optional<IdempotencyKey>> idempotency_key_of(const RequestContext& context, std::string_view body) {
  const HttpRequest& request = context.request();
  const auto header = request.headers.find("Idempotency-Key");
  if (!header) return std::optional<IdempotencyKey>();
  IdempotencyKey key{.text = std::string(unquoted(*header)), .request_hash = {}};
  const bool fits = !key.text.empty() && key.text.size() <= kIdempotencyKeySizeMax;
  // A quote within may be half of a pair that got lost, and the text another one than was meant.
  const auto may_stand = [](char c) { return c >= ' ' && c <= '~' && c != '"'; };
  if (!fits || !std::all_of(key.text.begin(), key.text.end(), may_stand)) {
    return Error{Errc::invalid_argument,
                 "is 1 to " + std::to_string(kIdempotencyKeySizeMax) + " printable ASCII characters, quoted or bare",
                 "Idempotency-Key"};
  }
  key.request_hash = stable_id({context.principal().key_id, request_text(request), body});
  return std::optional(std::move(key));
}

}  // namespace rapport

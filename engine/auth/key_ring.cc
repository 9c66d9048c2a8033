#include "engine/auth/key_ring.h"

#include <algorithm>
#include <future>

#include "engine/publish/own_events.h"

namespace rapport {
namespace {

constexpr std::string_view kBearer = "Bearer ";

bool is_bearer(std::string_view value) {
  return value.size() > kBearer.size() && std::equal(kBearer.begin(), kBearer.end(), value.begin(),
                                                     [](char a, char b) { return a == b || (a | 0x20) == (b | 0x20); });
}

bool is_good(const ApiKey& key, Timestamp now) {
  return !key.revoked_at && (!key.created.expires || now < *key.created.expires);
}

Event created_event(const ApiKeyText& key, const NewKey& wanted) {
  return own_event(EventType::key_created, ControlSubject{},
                   KeyCreated{key.id, wanted.name, hash_secret(key.secret), wanted.scopes, wanted.expires});
}

}  // namespace

Result<Principal> KeyRing::authorize(std::optional<std::string_view> authorization, std::string_view scope) const {
  if (!authorization || !is_bearer(*authorization)) {
    return Error{Errc::unauthorized, "send a key as Authorization: Bearer rk_..."};
  }
  const auto key = parse_api_key(authorization->substr(kBearer.size()));
  if (!key) return Error{Errc::unauthorized, "the key is malformed"};
  const auto view = folder_.view();
  const auto& keys = view->control().keys;
  const auto known = keys.find(key->id);
  const std::string hash = hash_secret(key->secret);
  if (known == keys.end() || !same_hash(known->second.created.secret_hash, hash) ||
      !is_good(known->second, now_wall_clock())) {
    return Error{Errc::unauthorized, "the key is not known, or revoked, or expired"};
  }
  const auto& scopes = known->second.created.scopes;
  if (std::none_of(scopes.begin(), scopes.end(), [&](const auto& granted) { return scope_allows(granted, scope); })) {
    return Error{Errc::forbidden, "the key lacks the scope " + std::string(scope)};
  }
  return Principal{.key_id = key->id};
}

void KeyRing::append(Event event, const std::string& actor, RevokeDone done) {
  if (!actor.empty()) event.actor = actor;
  publisher_.append_own({std::move(event)}, {}, [tell = std::move(done)](Result<Published> published) {
    if (!published) return tell(published.error());
    const PublishResult& result = published->results.front();
    if (result.error) return tell(*result.error);
    tell({});
  });
}

void KeyRing::create(const NewKey& wanted, const std::string& actor, CreateDone done) {
  if (wanted.name.empty()) return done(Error{Errc::invalid_argument, "a key needs a name", "name"});
  if (wanted.scopes.empty()) return done(Error{Errc::invalid_argument, "a key needs a scope", "scopes"});
  for (const std::string& scope : wanted.scopes) {
    if (auto checked = check_scope(scope); !checked) return done(checked.error());
  }
  const ApiKeyText key = draw_api_key();
  append(created_event(key, wanted), actor, [key, tell = std::move(done)](Result<void> appended) {
    if (!appended) return tell(appended.error());
    tell(key);
  });
}

void KeyRing::revoke(const std::string& id, const std::string& actor, RevokeDone done) {
  if (!folder_.view()->control().keys.contains(id)) {
    return done(Error{Errc::not_found, "there is no key with that id", "id"});
  }
  append(own_event(EventType::key_revoked, ControlSubject{}, KeyRevoked{id}), actor, std::move(done));
}

Result<void> KeyRing::append_and_wait_folded(Event event) {
  std::promise<Result<void>> told;
  append(std::move(event), "", [&](Result<void> appended) { told.set_value(std::move(appended)); });
  return told.get_future().get();
}

Result<void> KeyRing::wait_until_known(std::chrono::milliseconds wait_max) {
  const auto ends = log_.ends();
  if (!ends) return ends.error();
  Positions control;
  if (const auto end = ends->find(kControlPartition); end != ends->end()) control.insert(*end);
  return folder_.wait_folded(control, std::chrono::steady_clock::now() + wait_max);
}

Result<std::optional<ApiKeyText>> KeyRing::ensure_admin(const std::optional<std::string>& wanted,
                                                        std::chrono::milliseconds wait_max) {
  RAPPORT_TRY(wait_until_known(wait_max));
  const NewKey admin{.name = "admin", .scopes = {std::string(kAdminScope)}, .expires = std::nullopt};
  const auto view = folder_.view();
  const auto& keys = view->control().keys;
  if (!wanted) {
    if (!keys.empty()) return std::optional<ApiKeyText>();
    const ApiKeyText drawn = draw_api_key();
    RAPPORT_TRY(append_and_wait_folded(created_event(drawn, admin)));
    return std::optional(drawn);
  }
  const auto key = parse_api_key(*wanted);
  if (!key) return key.error();
  if (!keys.contains(key->id)) {
    RAPPORT_TRY(append_and_wait_folded(created_event(*key, admin)));
  } else if (!authorize("Bearer " + *wanted, kAdminScope)) {
    return Error{Errc::duplicate_record, "the key " + key->id + " is there already, and is not this good admin's"};
  }
  return std::optional<ApiKeyText>();
}

}  // namespace rapport

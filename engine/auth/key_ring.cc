#include "engine/auth/key_ring.h"

#include <algorithm>
#include <future>

#include "engine/auth/client_network.h"
#include "engine/auth/page_scope.h"
#include "engine/auth/scope.h"
#include "engine/publish/own_events.h"
#include "events/text.h"

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

bool lists(std::span<const std::string> scopes, std::string_view origin) {
  const auto origins = page_origins(scopes);
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

Event created_event(const ApiKeyText& key, const NewKey& wanted) {
  return own_event(EventType::key_created, ControlSubject{},
                   KeyCreated{key.id, wanted.name, hash_secret(key.secret), wanted.scopes, wanted.expires});
}

}  // namespace

// `secret_hash`: of the secret that was shown; null: the key itself was shown earlier.
Result<KeyRing::Holder> KeyRing::good_key(std::string_view id, const std::string* secret_hash) const {
  auto view = folder_.view();
  const auto& keys = view->control().keys;
  // Of an id that is not known its neighbour is compared, too, or the time that it takes would tell that there is none.
  const auto at = keys.lower_bound(id);
  const auto known = at == keys.end() ? keys.begin() : at;
  const bool is_shown =
      known != keys.end() && (secret_hash == nullptr || same_hash(known->second.created.secret_hash, *secret_hash));
  if (!is_shown || known->first != id || !rapport::is_good(known->second, now_wall_clock())) {
    return Error{Errc::unauthorized, "the key is not known, or revoked, or expired"};
  }
  return Holder{std::move(view), known->second};
}

Error KeyRing::turned_away(const Error& why, const std::string& client) const {
  if (client.empty() || wrong_key_rate_.take(client_network(client), now_())) return why;
  return rate_error("what is no good key comes more than " + std::to_string(wrong_key_rate_.limit().per_second) +
                    " times a second from this address");
}

Result<KeyRing::Holder> KeyRing::shown_key(std::string_view text, const std::string& client) const {
  auto shown = shown_keys_.find(text);
  const bool is_kept = shown.has_value();
  if (!is_kept) {
    const auto key = parse_api_key(text);
    if (!key) return turned_away({Errc::unauthorized, "the key is malformed"}, client);
    shown = ShownKey{key->id, hash_secret(key->secret)};
  }
  auto holder = good_key(shown->id, &shown->secret_hash);
  if (!holder) return turned_away(holder.error(), client);
  if (!is_kept) shown_keys_.keep(text, *std::move(shown));
  return holder;
}

Result<Principal> KeyRing::admit(const Holder& holder, std::optional<std::string_view> scope) const {
  const KeyCreated& key = holder.key.created;
  usage_.used(key.id, now_wall_clock());
  RateLimiter& rate = is_page_key(key.scopes) ? page_rate_ : key_rate_;
  if (!rate.take(key.id, now_())) {
    return rate_error("the key " + key.id + " comes more than " + std::to_string(rate.limit().per_second) +
                      " times a second");
  }
  if (scope && !scopes_allow(key.scopes, *scope)) {
    return Error{Errc::forbidden, "the key lacks the scope " + std::string(*scope)};
  }
  if (!scope && is_page_key(key.scopes)) return Error{Errc::forbidden, "the key is a page's, which only publishes"};
  return Principal{.key_id = key.id,
                   .reads_personal = scopes_allow(key.scopes, kPersonalScope),
                   .reads_contacts = scopes_allow(key.scopes, kContactsScope),
                   .publishes = scopes_allow(key.scopes, kPublishScope)};
}

Result<Principal> KeyRing::authorize(std::optional<std::string_view> authorization,
                                     std::optional<std::string_view> scope, const std::string& client) const {
  if (!authorization || !is_bearer(*authorization)) {
    return Error{Errc::unauthorized, "send a key as Authorization: Bearer rk_..."};
  }
  const auto holder = shown_key(authorization->substr(kBearer.size()), client);
  if (!holder) return holder.error();
  return admit(*holder, scope);
}

Result<PageKey> KeyRing::authorize_page(std::string_view key, std::string_view origin,
                                        const std::string& client) const {
  const auto holder = shown_key(key, client);
  if (!holder) return holder.error();
  const std::vector<std::string>& scopes = holder->key.created.scopes;
  if (!lists(scopes, origin)) {
    return turned_away({Errc::forbidden, "the key is for no page of the request's Origin", "key"}, client);
  }
  const auto principal = admit(*holder, page_scope(origin));
  if (!principal) return principal.error();
  return PageKey{principal->key_id, page_fields(scopes)};
}

bool KeyRing::is_listed(std::string_view origin) const {
  const auto view = folder_.view();
  const Timestamp now = now_wall_clock();
  const auto& keys = view->control().keys;
  return std::any_of(keys.begin(), keys.end(), [&](const auto& entry) {
    return rapport::is_good(entry.second, now) && lists(entry.second.created.scopes, origin);
  });
}

std::string KeyRing::start_session(const Principal& principal) {
  return sessions_.issue(principal.key_id, now_wall_clock());
}

void KeyRing::end_session(std::string_view token) {
  const Timestamp now = now_wall_clock();
  const auto session = sessions_.verify(token, now);
  if (session) ended_sessions_.end(*session, sessions_.newest(), now);
}

Result<Principal> KeyRing::authorize_session(std::string_view token, std::optional<std::string_view> scope,
                                             const std::string& client) const {
  const auto session = sessions_.verify(token, now_wall_clock());
  if (!session) return turned_away(session.error(), client);
  if (ended_sessions_.contains(session->key_id, session->number)) {
    return turned_away({Errc::unauthorized, "the session was ended"}, client);
  }
  const auto holder = good_key(session->key_id, nullptr);
  if (!holder) return turned_away(holder.error(), client);
  auto principal = admit(*holder, scope);
  if (!principal) return principal;
  principal->session = session->number;
  principal->session_end = session->end;
  return principal;
}

bool KeyRing::is_good(const Principal& principal) const {
  const bool is_over = principal.session != 0 && (principal.session_end <= now_wall_clock() ||
                                                  ended_sessions_.contains(principal.key_id, principal.session));
  return !is_over && good_key(principal.key_id, nullptr).has_value();
}

Result<void> KeyRing::check_gives_what_it_has(const std::string& actor, const NewKey& wanted) const {
  if (actor.empty()) return {};
  const auto view = folder_.view();
  const auto giver = view->control().keys.find(actor);
  for (const std::string& scope : wanted.scopes) {
    if (giver == view->control().keys.end() || !scopes_cover(giver->second.created.scopes, scope)) {
      return Error{Errc::forbidden, "the key lacks the scope " + scope + ", so it cannot give it", "scopes"};
    }
  }
  const auto& until = giver->second.created.expires;
  if (until && (!wanted.expires || *until < *wanted.expires)) {
    return Error{Errc::forbidden,
                 "the key expires at " + format_timestamp(*until) + ", so it makes none that stays longer", "expires"};
  }
  return {};
}

Result<DrawnKey> KeyRing::draw(const NewKey& wanted, const std::string& actor) const {
  if (wanted.name.empty()) return Error{Errc::invalid_argument, "a key needs a name", "name"};
  // A name that the fold parks would make a key that nobody can use.
  if (wanted.name.size() > kKeyNameSizeMax || !is_utf8(wanted.name) || has_control_character(wanted.name)) {
    return Error{Errc::invalid_argument,
                 "is a text of 1 to " + std::to_string(kKeyNameSizeMax) + " bytes without control characters", "name"};
  }
  if (wanted.scopes.empty()) return Error{Errc::invalid_argument, "a key needs a scope", "scopes"};
  if (wanted.scopes.size() > kKeyScopesMax) {
    return Error{Errc::invalid_argument, "are at most " + std::to_string(kKeyScopesMax), "scopes"};
  }
  for (const std::string& scope : wanted.scopes) RAPPORT_TRY(check_scope(scope));
  RAPPORT_TRY(check_page_alone(wanted.scopes));
  if (wanted.expires && *wanted.expires <= now_wall_clock()) {
    return Error{Errc::invalid_argument, "is in the past", "expires"};
  }
  RAPPORT_TRY(check_gives_what_it_has(actor, wanted));
  const ApiKeyText key = draw_api_key();
  return DrawnKey{key, created_event(key, wanted)};
}

Result<Event> KeyRing::revocation(const std::string& id) const {
  if (!folder_.view()->control().keys.contains(id)) {
    return Error{Errc::not_found, "there is no key with that id", "id"};
  }
  return own_event(EventType::key_revoked, ControlSubject{}, KeyRevoked{id});
}

Result<void> KeyRing::append_and_wait_folded(Event event) {
  std::promise<Result<void>> told;
  publisher_.append_own({std::move(event)}, {}, [&](Result<Published> published) {
    if (!published) return told.set_value(published.error());
    const PublishResult& result = published->results.front();
    told.set_value(result.error ? Result<void>(*result.error) : Result<void>());
  });
  return told.get_future().get();
}

Result<void> KeyRing::wait_until_known(std::chrono::milliseconds wait_max) {
  const auto ends = log_.ends();
  if (!ends) return ends.error();
  Positions control;
  if (const auto end = ends->find(kControlPartition); end != ends->end()) control.insert(*end);
  return folder_.wait_folded(control, std::chrono::steady_clock::now() + wait_max);
}

// A fold with much to catch up on takes longer than an event's own patience; the key is in the log then.
Result<void> KeyRing::create_admin(Event created, std::chrono::milliseconds wait_max) {
  const auto folded = append_and_wait_folded(std::move(created));
  if (folded || folded.error().code != Errc::wait_timeout) return folded;
  return wait_until_known(wait_max);
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
    RAPPORT_TRY(create_admin(created_event(drawn, admin), wait_max));
    return std::optional(drawn);
  }
  const auto key = parse_api_key(*wanted);
  if (!key) return key.error();
  if (!keys.contains(key->id)) {
    RAPPORT_TRY(create_admin(created_event(*key, admin), wait_max));
  } else if (!authorize("Bearer " + *wanted, kAdminScope)) {
    return Error{Errc::duplicate_record, "the key " + key->id + " is there already, and is not this good admin's"};
  }
  return std::optional<ApiKeyText>();
}

}  // namespace rapport

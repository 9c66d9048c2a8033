// Which API keys there are, what each may do, and who a request comes from. The keys are control events; the ring reads
// them from the newest view.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/auth/api_key.h"
#include "engine/auth/ended_sessions.h"
#include "engine/auth/key_usage.h"
#include "engine/auth/principal.h"
#include "engine/auth/rate_limiter.h"
#include "engine/auth/session_token.h"
#include "engine/auth/shown_keys.h"
#include "engine/fold/folder.h"
#include "engine/publish/publisher.h"

namespace rapport {

inline constexpr std::size_t kKeyScopesMax = 100;

struct NewKey {
  std::string name;
  std::vector<std::string> scopes;
  std::optional<Timestamp> expires;
};

// A key of a page, as authorize_page found it.
struct PageKey {
  std::string id;
  std::vector<std::string> fields;  // those that a page may set
};

// A key just drawn, and the event that makes it one. The secret is in `text` and nowhere else.
struct DrawnKey {
  ApiKeyText text;
  Event created;
};

// How often each key lets in, and each client's address may come with what is no good key. A wrong key beyond it is
// answered otherwise, and a good one of the same address is let in all the same: many clients may share one address,
// behind a proxy, and none of them may lock the others out.
struct KeyLimits {
  RateLimit keys = {};
  RateLimit pages = {};  // those of web pages, which everybody can read
  RateLimit wrong_keys = {};
  std::function<RateLimiter::Clock::time_point()> now = RateLimiter::Clock::now;
};

// What was turned away since the start.
struct LimitedCounts {
  std::uint64_t keys = 0, pages = 0, wrong_keys = 0;
};

inline constexpr std::chrono::minutes kControlWaitMax{5};  // for the control stream to be folded, at the start

// Thread-safe.
class KeyRing {
 public:
  // All must outlive the ring. `usage_file`: where it is kept when keys were used; empty: nowhere.
  KeyRing(EventLog& log, Folder& folder, Publisher& publisher, std::filesystem::path usage_file = {},
          const KeyLimits& limits = {})
      : log_(log),
        folder_(folder),
        publisher_(publisher),
        usage_(std::move(usage_file)),
        now_(limits.now),
        key_rate_(limits.keys),
        page_rate_(limits.pages),
        wrong_key_rate_(limits.wrong_keys) {}

  // `authorization` is the header's value, "Bearer rk_...", and `client` the address that it came from; empty:
  // nobody's. Errors: unauthorized (no key; unknown, revoked or expired), forbidden (the key lacks the scope), a
  // rate_error (the key, or wrong ones of the client, come too often). Remembers that the key was used. Without a scope
  // any good key will do, but a page's, which is good for authorize_page alone.
  [[nodiscard]] Result<Principal> authorize(std::optional<std::string_view> authorization,
                                            std::optional<std::string_view> scope,
                                            const std::string& client = {}) const;

  // `key` is what the script of a page sent in its body, "rk_...", and `origin` the page's: who it is.
  // Errors: as above; forbidden (the key does not list the origin: no key does that may do anything else).
  [[nodiscard]] Result<PageKey> authorize_page(std::string_view key, std::string_view origin,
                                               const std::string& client = {}) const;
  // Whether any good key lists the origin: for a browser, which asks before it sends what it has.
  bool is_listed(std::string_view origin) const;

  // A session stands for its key, as long as that is good. What it is good for is the caller's to hold.
  std::string start_session(const Principal& principal);
  // Whoever shows the token from now on is refused. What is no session, or is over, is none afterwards either.
  void end_session(std::string_view token);
  // Errors: those of authorize.
  [[nodiscard]] Result<Principal> authorize_session(std::string_view token, std::optional<std::string_view> scope,
                                                    const std::string& client = {}) const;

  // Whether the key is still neither revoked nor expired, and its session neither over nor ended: for an answer that
  // goes on for hours.
  bool is_good(const Principal& principal) const;

  // What is no good key, of whatever kind, is counted: the error that its client is told.
  Error turned_away(const Error& why, const std::string& client) const;

  // When this engine last let the key in; absent: never. To the second.
  std::optional<Timestamp> last_used(std::string_view key_id) const { return usage_.last_used(key_id); }

  LimitedCounts limited() const { return {key_rate_.refused(), page_rate_.refused(), wrong_key_rate_.refused()}; }

  // Both are events of the control stream, which the caller appends.
  // `actor` is the id of the key that asks, which gives no more than it has; empty: the engine itself.
  // Errors: invalid_argument (a scope, too many of them, a page's beside others, a name, an end in the past),
  // forbidden.
  [[nodiscard]] Result<DrawnKey> draw(const NewKey& key, const std::string& actor) const;
  // Errors: not_found.
  [[nodiscard]] Result<Event> revocation(const std::string& id) const;

  // Waits until the keys that the log holds now are known. A server listens only behind it: before, a key that was
  // revoked long ago may look good, and a good one unknown. Blocks.
  // Errors: wait_timeout, log_unavailable, shutting_down, or what halted the fold.
  [[nodiscard]] Result<void> wait_until_known(std::chrono::milliseconds wait_max = kControlWaitMax);

  // Makes sure that somebody may administer: `wanted`, a key's text, is made to be one where it is given; otherwise a
  // key is drawn where there is none yet, and returned to be shown once. Waits as wait_until_known. Blocks. Two engines
  // that both make the first start of one log may each draw one.
  // Errors: those of wait_until_known and of Publisher; invalid_argument (`wanted` is no key); duplicate_record (there
  // is a key of that id, and it is another, or revoked, or expired, or no admin's).
  [[nodiscard]] Result<std::optional<ApiKeyText>> ensure_admin(const std::optional<std::string>& wanted,
                                                               std::chrono::milliseconds wait_max = kControlWaitMax);

 private:
  struct Holder {
    std::shared_ptr<const View> view;  // keeps the key
    const ApiKey& key;
  };
  // Of a key's text. Errors: unauthorized, a rate_error.
  [[nodiscard]] Result<Holder> shown_key(std::string_view text, const std::string& client) const;
  [[nodiscard]] Result<Holder> good_key(std::string_view id, const std::string* secret_hash) const;
  // Every key that is let in passes here, whatever brought it: a header, a session or the message of a page.
  [[nodiscard]] Result<Principal> admit(const Holder& holder, std::optional<std::string_view> scope) const;
  [[nodiscard]] Result<void> check_gives_what_it_has(const std::string& actor, const NewKey& wanted) const;
  [[nodiscard]] Result<void> append_and_wait_folded(Event event);
  [[nodiscard]] Result<void> create_admin(Event created, std::chrono::milliseconds wait_max);

  EventLog& log_;
  Folder& folder_;
  Publisher& publisher_;
  SessionTokens sessions_;
  EndedSessions ended_sessions_;
  mutable KeyUsage usage_;
  mutable ShownKeys shown_keys_;
  const std::function<RateLimiter::Clock::time_point()> now_;
  mutable RateLimiter key_rate_, page_rate_, wrong_key_rate_;
};

}  // namespace rapport

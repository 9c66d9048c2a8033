// Which API keys there are, what each may do, and who a request comes from. The keys are control events; the ring reads
// them from the newest view.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/auth/api_key.h"
#include "engine/auth/principal.h"
#include "engine/fold/folder.h"
#include "engine/publish/publisher.h"

namespace rapport {

struct NewKey {
  std::string name;
  std::vector<std::string> scopes;
  std::optional<Timestamp> expires;
};

// Thread-safe.
class KeyRing {
 public:
  // Both must outlive the ring.
  KeyRing(Folder& folder, Publisher& publisher) : folder_(folder), publisher_(publisher) {}

  // `authorization` is the header's value, "Bearer rk_...". Errors: unauthorized (no key; unknown, revoked or expired),
  // forbidden (the key lacks the scope).
  [[nodiscard]] Result<Principal> authorize(std::optional<std::string_view> authorization,
                                            std::string_view scope) const;

  // Appends key.created; the secret is in the answer and nowhere else. `actor` is the id of the key that asks.
  // Errors to `done`: invalid_argument (a scope, an empty name), and those of Publisher.
  using CreateDone = std::function<void(Result<ApiKeyText>)>;
  void create(const NewKey& key, const std::string& actor, CreateDone done);
  // Errors to `done`: not_found, and those of Publisher.
  using RevokeDone = std::function<void(Result<void>)>;
  void revoke(const std::string& id, const std::string& actor, RevokeDone done);

  // Makes sure that somebody may administer: `wanted`, a key's text, is made to be one where it is given; otherwise a
  // key is drawn where there is none yet, and returned to be shown once. Blocks.
  // Errors: invalid_argument (`wanted`), and those of Publisher.
  [[nodiscard]] Result<std::optional<ApiKeyText>> ensure_admin(const std::optional<std::string>& wanted);

 private:
  void append(Event event, const std::string& actor, RevokeDone done);
  [[nodiscard]] Result<void> append_and_wait_folded(Event event);

  Folder& folder_;
  Publisher& publisher_;
};

}  // namespace rapport

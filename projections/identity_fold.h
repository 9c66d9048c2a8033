// Who holds an identity: the first claim since the last effective release, in the log's order (time has no say: whoever
// asks next must find the same holder). EVENTS.md, "Identities and ids".
#pragma once

#include <optional>
#include <string>

#include "events/subject.h"
#include "projections/stream_fold.h"

namespace rapport {

struct IdentityState {
  StreamLedger ledger;
  std::optional<ContactId> holder;
  Timestamp since{};  // of the holder's claim

  friend bool operator==(const IdentityState&, const IdentityState&) = default;
};

struct IdentityRows {
  Identity id;
  StreamRows stream;
  IdentityState state;

  explicit IdentityRows(Identity identity);
};

// As contact_fold.h's apply. A claim by the holder itself is accepted and changes nothing.
Outcome apply(IdentityRows& rows, RecordedEvent&& recorded);
// Who holds it, and no more: two logs of the same events may hold different claims that lost.
Digest identity_digest(const Identity& id, const IdentityState& state);

std::string encode_identity(const IdentityState& state);
// Errors: corrupt, wrong_format.
[[nodiscard]] Result<IdentityState> decode_identity(std::string_view row);

}  // namespace rapport

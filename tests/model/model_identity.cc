#include "tests/model/model_identity.h"

namespace rapport::model {

std::optional<ContactId> holder_of(const Stream& stream) {
  std::optional<ContactId> holder;
  for (const Entry& entry : accepted(stream)) {
    // A claim is accepted only while nobody else holds the identity, a release only from its holder.
    if (const auto* claim = std::get_if<IdentityClaimed>(&entry.event().payload)) holder = claim->contact;
    if (std::holds_alternative<IdentityReleased>(entry.event().payload)) holder = std::nullopt;
  }
  return holder;
}

std::optional<Errc> refusal_of_identity_event(const Stream& stream, const Event& event) {
  const std::optional<ContactId> holder = holder_of(stream);
  if (const auto* claim = std::get_if<IdentityClaimed>(&event.payload)) {
    if (holder && *holder != claim->contact) return Errc::identity_taken;
  }
  if (const auto* release = std::get_if<IdentityReleased>(&event.payload)) {
    if (holder != release->contact) return Errc::identity_not_held;
  }
  return std::nullopt;
}

}  // namespace rapport::model

// Who holds an identity: a fold in log order, whatever times the claims and releases carry.
#pragma once

#include <optional>

#include "tests/model/model_stream.h"

namespace rapport::model {

// The contact that the first claim since the last effective release names.
std::optional<ContactId> holder_of(const Stream& stream);

// identity_taken where another contact holds it, identity_not_held where the one to be released does not.
std::optional<Errc> refusal_of_identity_event(const Stream& stream, const Event& event);

}  // namespace rapport::model

// Who holds each of some identities, as a view shows it.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "events/subject.h"
#include "projections/view.h"

namespace rapport {

struct Holder {
  ContactId contact;
  bool gone = false;  // deleted or erased: whoever comes under the identity is a new contact
};

// An identity that nobody holds is left out. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::map<Identity, Holder>> look_up_holders(const View& view,
                                                                 const std::vector<Identity>& identities);

}  // namespace rapport

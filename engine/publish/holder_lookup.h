// Who holds each of some identities, as a view of that log's events shows it.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/log/event_log.h"
#include "events/subject.h"
#include "projections/view.h"

namespace rapport {

struct Holder {
  ContactId contact;
  bool gone = false;  // deleted or erased: whoever comes under the identity is a new contact
};

// An identity that nobody holds is left out. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::map<Identity, Holder>> look_up_holders(const EventLog& log, const View& view,
                                                                 const std::vector<Identity>& identities);
// One of them. Nothing: nobody does. Errors: as above.
[[nodiscard]] Result<std::optional<ContactId>> look_up_holder(const EventLog& log, const View& view,
                                                              const Identity& identity);

}  // namespace rapport

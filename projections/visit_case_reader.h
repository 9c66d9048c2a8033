// A contact's visits and cases as a view shows them, with what channels said of them: that is read from the timeline
// rows that the visit's or case's own row refers to.
//
// Invariants: newest first by the time of their last event; equal times by id, so that the order is total.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/payload.h"
#include "projections/view.h"
#include "projections/visit_case.h"

namespace rapport {

struct ListedVisit {
  std::string id;
  Visit visit;
  VisitDetails details;  // of the winning visit.started; empty where none has come yet
};

struct ListedCase {
  std::string id;
  Case support_case;
  std::optional<ChatStarted> started;        // the winning chat.started, where one has come
  std::optional<std::string> agent_id;       // of the winning event that names one
  std::optional<std::string> closing_state;  // of a closed one
};

// The newest `limit`; none for a contact that is not there, and none that belonged to an erased one.
// Errors of all: storage_failed, corrupt.
[[nodiscard]] Result<std::vector<ListedVisit>> list_visits(const View& view, ContactId contact, std::size_t limit);
[[nodiscard]] Result<std::vector<ListedCase>> list_cases(const View& view, ContactId contact, std::size_t limit);

// Those with the least and the greatest first event. Absent: there is none.
struct VisitEnds {
  std::optional<ListedVisit> first, last;
};
[[nodiscard]] Result<VisitEnds> read_visit_ends(const View& view, ContactId contact);

[[nodiscard]] Result<std::optional<ListedVisit>> read_visit(const View& view, ContactId contact, std::string_view id);
// Calls `each` with every case of every contact, in the order of contact and id, until it says that it has seen enough.
using EachCase = std::function<Result<bool>(ContactId, std::string_view id)>;
[[nodiscard]] Result<void> walk_cases(const View& view, const EachCase& each);

[[nodiscard]] Result<std::optional<ListedCase>> read_case(const View& view, ContactId contact, std::string_view id);

}  // namespace rapport

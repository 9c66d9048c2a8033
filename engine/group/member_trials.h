// What members ask each other about events that are tried and not written (?dry_run=1), as JSON: both sides of it, so
// that they agree.
//
//   POST /v1/member/trials  {"identities":"{...}","events":"[...]","fresh":[1042],"fold":3}
//                        -> {"contacts":[1042],"fresh":[1042],"published":"{...}","events":["{...}"],"states":"{...}"}
//
// What stands in quotes is a text of member_events.h or member_rows.h, kept to the letter: events are shown as they
// would be written. Identities are asked about first, the events once all visitors are found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/publish/publisher.h"
#include "projections/overlaid_view.h"

namespace rapport {

inline constexpr std::string_view kMemberTrialsPath = "/v1/member/trials";

struct TrialWanted {
  std::vector<Identity> identities = {};
  std::vector<Event> events = {};     // resolved
  std::vector<ContactId> fresh = {};  // of whom only this dry run knows: not to be drawn again
};

struct TrialTold {
  std::vector<ContactId> contacts;  // of the identities, in their order
  std::vector<ContactId> fresh;     // of them
  Published published;              // of the events
  std::vector<std::string> events;  // that would be in the log
  LentRows states;                  // of the events' contacts, as they would stand
};

std::string encode_trial_wanted(const TrialWanted& wanted);
std::string encode_trial(const TrialTold& told);
// Errors of both: invalid_argument: it is no such text; of what is wanted also unreachable: who asks folds by another
// version.
[[nodiscard]] Result<TrialWanted> decode_trial_wanted(std::string_view text);
[[nodiscard]] Result<TrialTold> decode_trial(std::string_view text, const TrialWanted& wanted);

}  // namespace rapport

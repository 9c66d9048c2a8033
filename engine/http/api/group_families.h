// Merges that lead from one instance's partitions to another's, for a list of a group, which no owner can judge by
// itself: in two rounds whoever is asked gets all of them, and moments at which the owners list the rest.
//
//   links:     each owner keeps a moment, and tells whom its links lead to elsewhere
//   families:  each gives the states of those that the links join to these, and a moment without them
//   then       each lists the rest, and the families are judged, ordered and counted here
//
// Invariants: all that an owner gives is of one view, so a contact has one link and is in the rest of its owner or in
// one family. At most kLentContactsMax contacts and kLentBytesMax: beyond, there is no list.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/http/api/lent_rows.h"

namespace rapport {

// Of a member's request for a list: the moment whose view it is to be of.
inline constexpr std::string_view kMomentHeader = "Rapport-Member-Moment";
// Unset: the request names none. Errors: invalid_argument; cursor_expired.
[[nodiscard]] Result<std::optional<MomentNumber>> moment_asked(const HttpRequest& request);

struct OwnerMoments {
  std::set<Partition> partitions;
  MomentNumber whole = 0;  // 0: none yet, as of the other
  MomentNumber rest = 0;   // without the families
};

struct Families {
  std::shared_ptr<const View> view;  // of their states: shows them, and nobody else
  std::vector<ContactId> contacts;   // in order of id
  std::map<std::string, OwnerMoments> owners;
  Lent lent;
};

// Of the owners' partitions: at these moments, or, where they name none, as they stand now. `as_of`: the parameter.
// Errors: unreachable, wait_timeout; overloaded: too many; what else an owner answers (cursor_expired).
asio::awaitable<Result<Families>> find_families(RequestContext& context, ApiServices& services,
                                                std::map<std::string, OwnerMoments> owners,
                                                std::optional<std::string> as_of = std::nullopt);

// A view of some of them with all that is known of them. Errors: the same.
asio::awaitable<Result<std::shared_ptr<const View>>> with_histories(RequestContext& context, ApiServices& services,
                                                                    const Families& families,
                                                                    std::set<ContactId> contacts);

}  // namespace rapport

// What members ask each other about contacts that are merged across their partitions, as JSON: both sides of each, so
// that they agree.
//
//   POST /v1/member/contacts  {"contacts":[42],"states":true,"moment":7 or null,"fold":3}
//                          -> {"contacts":[{"id":42,"rows":[[key,value],...]},...]}, in base64url
//   POST /v1/member/links     {"moment":7 or null}; of the partitions asked for, ?as_of=
//                          -> {"moment":7,"leadTo":[42]}: contacts of others that their links lead to
//   POST /v1/member/families  {"contacts":[42],"moment":7,"rest":true,"fold":3}; of the partitions asked for, ?as_of=
//                          -> {"rest":8,"contacts":[...]}: the states of those that links join to these or lead out of,
//                             and, where it is asked for, a moment that shows the others; else 0
//
// Rows are as the store has them, so both must fold by one version. A moment is a view that whoever tells it keeps for
// a while (engine/http/api/pinned_views.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/overlaid_view.h"

namespace rapport {

inline constexpr std::string_view kMemberContactsPath = "/v1/member/contacts";
inline constexpr std::string_view kMemberLinksPath = "/v1/member/links";
inline constexpr std::string_view kMemberFamiliesPath = "/v1/member/families";
// Of merges that lead from one member's partitions to another's, as one answer takes them.
inline constexpr std::size_t kLentContactsMax = 10'000;
inline constexpr std::size_t kLentBytesMax = 32u << 20;
Error too_much_to_lend();
// Of a list, which has to judge them all at once.
Error too_many_families();

using MomentNumber = std::uint64_t;

struct RowsWanted {
  std::vector<ContactId> contacts;
  bool states_alone = true;                 // else all that is known of them
  std::optional<MomentNumber> moment = {};  // unset: now
};

struct LinksTold {
  MomentNumber moment = 0;
  std::vector<ContactId> lead_to;
};

struct FamiliesWanted {
  std::vector<ContactId> contacts;
  MomentNumber moment = 0;
  bool rest = true;
};

struct FamiliesTold {
  MomentNumber rest = 0;
  LentRows states;
};

std::string encode_rows_wanted(const RowsWanted& wanted);
std::string encode_lent(const LentRows& lent);
std::string encode_links_wanted(const std::optional<MomentNumber>& moment);
std::string encode_links(const LinksTold& told);
std::string encode_families_wanted(const FamiliesWanted& wanted);
std::string encode_families(const FamiliesTold& told);

// Errors of all: invalid_argument: it is no such text; of rows and families wanted also unreachable: who asks folds by
// another version.
[[nodiscard]] Result<RowsWanted> decode_rows_wanted(std::string_view text);
[[nodiscard]] Result<LentRows> decode_lent(std::string_view text);
[[nodiscard]] Result<std::optional<MomentNumber>> decode_links_wanted(std::string_view text);
[[nodiscard]] Result<LinksTold> decode_links(std::string_view text);
[[nodiscard]] Result<FamiliesWanted> decode_families_wanted(std::string_view text);
[[nodiscard]] Result<FamiliesTold> decode_families(std::string_view text);

}  // namespace rapport

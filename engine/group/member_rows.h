// What members ask each other about contacts that are merged across their partitions, as JSON: both sides of each.
//
//   POST /v1/member/contacts  {"contacts":[42],"states":true,"fold":3,"moment":7 or null}
//                          -> {"contacts":[{"id":42,"rows":[[key,value],...]},...]}, in base64url
//   POST /v1/member/links     {"contacts":[42],"moment":7 or null}; ?as_of=
//                          -> {"moment":7,"links":[[loser,survivor],...]}: those that lead out of the partitions asked
//                             for, and of the others those that are joined to them or to the contacts named
//
// Rows are as the store has them, so both must fold by one version. A moment is a view that whoever answered keeps for
// a while.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/overlaid_view.h"

namespace rapport {

inline constexpr std::string_view kMemberContactsPath = "/v1/member/contacts";
inline constexpr std::string_view kMemberLinksPath = "/v1/member/links";
// Of merges that lead from one member's partitions to another's, as one answer takes them.
inline constexpr std::size_t kLentContactsMax = 10'000;
inline constexpr std::size_t kLentBytesMax = 32u << 20;

struct RowsWanted {
  std::vector<ContactId> contacts;
  bool states_alone = true;
  std::optional<std::uint64_t> moment = {};
};

struct MergeLink {
  ContactId loser, survivor;

  friend bool operator==(const MergeLink&, const MergeLink&) = default;
};

struct LinksWanted {
  std::vector<ContactId> contacts;
  std::optional<std::uint64_t> moment;
};

struct LinksTold {
  std::uint64_t moment = 0;
  std::vector<MergeLink> links;
};

std::string encode_rows_wanted(const RowsWanted& wanted);
std::string encode_lent(const LentRows& lent);
std::string encode_links_wanted(const LinksWanted& wanted);
std::string encode_links(const LinksTold& told);

// Errors of all: invalid_argument: it is no such text; of rows also unreachable: who asks folds by another version.
[[nodiscard]] Result<RowsWanted> decode_rows_wanted(std::string_view text);
[[nodiscard]] Result<LentRows> decode_lent(std::string_view text);
[[nodiscard]] Result<LinksWanted> decode_links_wanted(std::string_view text);
[[nodiscard]] Result<LinksTold> decode_links(std::string_view text);

}  // namespace rapport

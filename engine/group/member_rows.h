// What members ask each other about contacts that are merged across their partitions, as JSON: both sides of each.
//
//   POST /v1/member/contacts  {"contacts":[42],"states":true,"fold":3}
//                          -> {"contacts":[{"id":42,"rows":[[key,value],...]},...]}, in base64url
//
// Rows are as the store has them, so both must fold by one version.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/overlaid_view.h"

namespace rapport {

inline constexpr std::string_view kMemberContactsPath = "/v1/member/contacts";
// For one answer.
inline constexpr std::size_t kLentContactsMax = 10'000;
inline constexpr std::size_t kLentBytesMax = 32u << 20;

struct RowsWanted {
  std::vector<ContactId> contacts;
  bool states_alone = true;
};

std::string encode_rows_wanted(const RowsWanted& wanted);
std::string encode_lent(const LentRows& lent);

// Errors of both: invalid_argument: it is no such text. Of the first also unreachable: who asks folds by another
// version.
[[nodiscard]] Result<RowsWanted> decode_rows_wanted(std::string_view text);
[[nodiscard]] Result<LentRows> decode_lent(std::string_view text);

}  // namespace rapport

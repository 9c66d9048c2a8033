// What members ask each other where contacts of several are merged and are to be erased, as JSON: both sides of it, so
// that they agree.
//
//   POST /v1/member/erasures  [{"contact":42,"mergedInto":7},{"contact":7,"mergedInto":null}], of one owner
//                          -> {}, once they are erased
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "events/result.h"

namespace rapport {

inline constexpr std::string_view kMemberErasuresPath = "/v1/member/erasures";

struct ErasureWanted {
  ContactId contact;
  std::optional<ContactId> merged_into = {};  // by whom it was found; unset: it is asked for itself

  friend bool operator==(const ErasureWanted&, const ErasureWanted&) = default;
};

std::string encode_erasures(const std::vector<ErasureWanted>& wanted);
// Errors: invalid_argument: it is no such text.
[[nodiscard]] Result<std::vector<ErasureWanted>> decode_erasures(std::string_view text);

}  // namespace rapport

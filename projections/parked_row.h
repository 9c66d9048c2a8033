// A record that could not be folded, kept whole: its bytes, where it came from, and why.
#pragma once

#include <string>
#include <string_view>

#include "events/result.h"
#include "events/timestamp.h"

namespace rapport {

struct ParkedRow {
  Timestamp recorded_at{};
  std::string reason;
  std::string origin;  // "<topic>/<partition>/<offset>" of an inbox's record; empty: the log's own
  std::string key;
  std::string raw;  // the record's value

  friend bool operator==(const ParkedRow&, const ParkedRow&) = default;
};

std::string encode_parked_row(const ParkedRow& row);
// Errors: corrupt.
[[nodiscard]] Result<ParkedRow> decode_parked_row(std::string_view row);

}  // namespace rapport

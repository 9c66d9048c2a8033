#include "projections/checkpoint.h"
#include "projections/company_fold.h"
#include "projections/contact_row.h"
#include "projections/fold_step.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"
#include "projections/parked_row.h"
#include "projections/seen_lookup.h"
#include "projections/timeline_row.h"
#include "projections/visit_case.h"
#include "tests/fuzz/fuzz_target.h"

namespace rapport {
namespace {

constexpr WriteStamp kStamp{Timestamp{1'600'000'000'000}, Offset{7}};

// Damaged rows have more than one spelling, values have one.
template <class Decode, class Encode>
void check_codec(std::string_view row, const Decode& decode, const Encode& encode) {
  const auto value = decode(row);
  if (!value) return;
  const std::string written = encode(*value);
  const auto again = decode(written);
  if (!again) panic("a row that was encoded does not decode: " + to_string(again.error()));
  require(encode(*again) == written, "a row that was encoded decodes to what it was made of");
}

std::string encode_timeline(const TimelineRow& row) {
  std::string out;
  append_timeline_row(out, row);
  return out;
}

}  // namespace

void fuzz_row(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::string_view row = bytes.substr(1);
  switch (bytes[0]) {
    case 'S': return check_codec(row, decode_contact, encode_contact);
    case 'O': return check_codec(row, decode_company, encode_company);
    case 'I': return check_codec(row, decode_identity, encode_identity);
    case 'V': return check_codec(row, decode_visit, encode_visit);
    case 'C': return check_codec(row, decode_case, encode_case);
    case 'D': return check_codec(row, decode_first_outcome, encode_first_outcome);
    case 'G': return check_codec(row, decode_control_row, encode_control_row);
    case 'M': return check_codec(row, decode_checkpoint, encode_checkpoint);
    case 'P': return check_codec(row, decode_parked_row, encode_parked_row);
    case 'T':
      return check_codec(
          row, [](std::string_view value) { return decode_timeline_row(kStamp, value); }, encode_timeline);
    default: (void)row_name(bytes);  // any key has a name
  }
}

}  // namespace rapport

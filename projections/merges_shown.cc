#include "projections/merges_shown.h"

#include "projections/index_key.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::string_view kField = "mergedInto";  // which other errors of this code do not name

}  // namespace

Error merge_leads_out(ContactId contact) {
  return {Errc::unreachable,
          "contact " + std::to_string(contact.value) + " is merged with one of a partition that is not read here",
          std::string(kField)};
}

bool is_merge_leading_out(const Error& error) { return error.code == Errc::unreachable && error.field == kField; }

Result<void> check_merges_shown(const View& view) {
  if (view.shows_all()) return {};
  const std::string prefix = index_key(IndexLetter::merges);
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const IndexRow row = index_row(cursor.key(), prefix.size());
    if (!view.shows(row.contact)) continue;
    if (!view.shows(ContactId{read_big_endian64(row.value)})) return merge_leads_out(row.contact);
  }
  return cursor.status();
}

}  // namespace rapport

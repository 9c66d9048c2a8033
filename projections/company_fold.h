// A company: fields, and whether it is deleted. Its events fold as a contact's do, by the same rules of time and
// repeats.
#pragma once

#include <boost/container/flat_map.hpp>
#include <optional>
#include <string>

#include "events/ids.h"
#include "projections/register.h"
#include "projections/stream_fold.h"

namespace rapport {

struct CompanyState {
  StreamLedger ledger;
  bool exists = false;
  std::optional<Timestamp> deleted_at;
  std::optional<WriteStamp> created_stamp;  // of the earliest company.created
  std::optional<Timestamp> updated;
  boost::container::flat_map<std::string, Register<JsonText>> fields;  // null: removed

  bool is_live() const { return exists && !deleted_at; }
  std::uint64_t version() const;  // accepted company.* events
  // The time of the earliest company.created, or else the earliest time.
  Timestamp date_created() const;

  friend bool operator==(const CompanyState&, const CompanyState&) = default;
};

struct CompanyRows {
  CompanyId id;
  StreamRows stream;
  CompanyState state;

  explicit CompanyRows(CompanyId company);
};

// As contact_fold.h's apply.
Outcome apply(CompanyRows& rows, RecordedEvent&& recorded);
Digest company_digest(CompanyId id, const CompanyState& state);

std::string encode_company(const CompanyState& state);
// Errors: corrupt, wrong_format.
[[nodiscard]] Result<CompanyState> decode_company(std::string_view row);

}  // namespace rapport

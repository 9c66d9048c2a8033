// Which contacts a query means: clauses "column|operator|value", all of which must hold. One evaluator for every
// caller: lists, feeds, and states of the past.
//
//   eq ne gt gte lt lte            fields.city|eq|Oslo    dateCreated|gte|2026-01-01
//   starts ends cont excl          email|ends|@x.example  without regard to ASCII case; excl: does not contain
//   in notin between               id|in|1,2,3            counters.visits|between|2,9  both ends included
//   isnull notnull                 companyId|isnull
//
// A bar, comma or backslash within a value is written \|  \,  \\ ; where an operator takes one value, a comma stands
// for itself.
//
// Invariants:
// - Where a contact has several values (tags), a clause holds if one of them fits: tags|eq|vip is "has the tag vip".
// - ne, excl and notin hold exactly where eq, cont and in do not: of a contact without a value too.
// - A value of another type than its column is an error at parse(); of a field that is not declared each contact's
//   value is compared as what it is, and one of another type does not fit.
// - Immutable; thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projections/contact_column.h"

namespace rapport {

inline constexpr std::size_t kWhereClausesMax = 32;
inline constexpr std::size_t kWhereValuesMax = 100;  // of one in or notin

enum class WhereOperator : std::uint8_t {
  eq,
  ne,
  gt,
  gte,
  lt,
  lte,
  starts,
  ends,
  cont,
  excl,
  in,
  notin,
  between,
  isnull,
  notnull,
};

// A value of a clause, in every form that it reads as.
struct WhereValue {
  std::string text;
  std::optional<bool> boolean;
  std::optional<double> number;
  std::optional<Timestamp> time;
};

struct WhereClause {
  ContactColumn column;
  WhereOperator op = WhereOperator::eq;
  std::vector<WhereValue> values;

  bool matches(ContactId id, const ContactState& state) const;
};

class Where {
 public:
  Where() = default;  // every contact

  // `control` says how fields are declared. Errors: invalid_argument, the field "where", saying which clause breaks
  // which rule.
  [[nodiscard]] static Result<Where> parse(std::span<const std::string_view> clauses, const ControlState& control);

  bool empty() const { return clauses_.empty(); }
  bool matches(ContactId id, const ContactState& state) const;
  const std::vector<WhereClause>& clauses() const { return clauses_; }

 private:
  std::vector<WhereClause> clauses_;
};

}  // namespace rapport

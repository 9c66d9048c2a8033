#include "projections/where.h"

#include <algorithm>

#include "projections/caseless.h"

namespace rapport {
namespace {

// How the contact's value stands to the clause's: unordered where they are of different types.
struct Compare {
  const WhereValue& to;

  template <class T>
  static std::partial_ordering with(const T& value, const std::optional<T>& other) {
    if (!other) return std::partial_ordering::unordered;
    return value <=> *other;
  }
  std::partial_ordering operator()(bool value) const { return with(value, to.boolean); }
  std::partial_ordering operator()(double value) const { return with(value, to.number); }
  std::partial_ordering operator()(Timestamp value) const { return with(value, to.time); }
  std::partial_ordering operator()(const std::string& value) const { return value <=> to.text; }
};

std::partial_ordering compare(const Scalar& value, const WhereValue& to) { return std::visit(Compare{to}, value); }

bool starts(std::string_view text, std::string_view part) {
  return text.size() >= part.size() && std::equal(part.begin(), part.end(), text.begin(), is_same_letter);
}
bool ends(std::string_view text, std::string_view part) {
  return text.size() >= part.size() && std::equal(part.rbegin(), part.rend(), text.rbegin(), is_same_letter);
}

template <class Fits>
bool text_fits(const Scalar& value, const Fits& fits) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && fits(*text);
}

bool is_any_of(const Scalar& value, const std::vector<WhereValue>& values) {
  return std::any_of(values.begin(), values.end(), [&](const WhereValue& v) { return compare(value, v) == 0; });
}

// Of the operators that say what a value is: the negations of the others are made from them.
bool fits(WhereOperator op, const Scalar& value, const std::vector<WhereValue>& to) {
  switch (op) {
    case WhereOperator::eq:
    case WhereOperator::ne: return compare(value, to[0]) == 0;
    case WhereOperator::gt: return compare(value, to[0]) > 0;
    case WhereOperator::gte: return compare(value, to[0]) >= 0;
    case WhereOperator::lt: return compare(value, to[0]) < 0;
    case WhereOperator::lte: return compare(value, to[0]) <= 0;
    case WhereOperator::starts: return text_fits(value, [&](std::string_view t) { return starts(t, to[0].text); });
    case WhereOperator::ends: return text_fits(value, [&](std::string_view t) { return ends(t, to[0].text); });
    case WhereOperator::cont:
    case WhereOperator::excl:
      return text_fits(value, [&](std::string_view t) { return contains_caseless(t, to[0].text); });
    case WhereOperator::in:
    case WhereOperator::notin: return is_any_of(value, to);
    case WhereOperator::between: return compare(value, to[0]) >= 0 && compare(value, to[1]) <= 0;
    case WhereOperator::isnull:
    case WhereOperator::notnull: return true;
  }
  return false;
}

bool negates(WhereOperator op) {
  return op == WhereOperator::ne || op == WhereOperator::excl || op == WhereOperator::notin ||
         op == WhereOperator::isnull;
}

}  // namespace

bool WhereClause::matches(ContactId id, const ContactState& state) const {
  const Scalars found = column.values(id, state);
  const bool any =
      std::any_of(found.begin(), found.end(), [&](const Scalar& value) { return fits(op, value, values); });
  return any != negates(op);
}

bool Where::matches(ContactId id, const ContactState& state) const {
  return std::all_of(clauses_.begin(), clauses_.end(),
                     [&](const WhereClause& clause) { return clause.matches(id, state); });
}

}  // namespace rapport

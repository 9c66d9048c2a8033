// The text of a clause to a WhereClause; where.cc evaluates it.
#include <algorithm>
#include <array>
#include <cmath>

#include "events/number_text.h"
#include "events/text.h"
#include "projections/where.h"
#include "projections/where_text.h"

namespace rapport {
namespace {

enum class Takes : std::uint8_t { nothing, one, two, list };

struct OperatorRow {
  std::string_view name;
  WhereOperator op;
  Takes takes;
};
constexpr std::array kOperators{
    OperatorRow{"eq", WhereOperator::eq, Takes::one},
    OperatorRow{"ne", WhereOperator::ne, Takes::one},
    OperatorRow{"gt", WhereOperator::gt, Takes::one},
    OperatorRow{"gte", WhereOperator::gte, Takes::one},
    OperatorRow{"lt", WhereOperator::lt, Takes::one},
    OperatorRow{"lte", WhereOperator::lte, Takes::one},
    OperatorRow{"starts", WhereOperator::starts, Takes::one},
    OperatorRow{"ends", WhereOperator::ends, Takes::one},
    OperatorRow{"cont", WhereOperator::cont, Takes::one},
    OperatorRow{"excl", WhereOperator::excl, Takes::one},
    OperatorRow{"in", WhereOperator::in, Takes::list},
    OperatorRow{"notin", WhereOperator::notin, Takes::list},
    OperatorRow{"between", WhereOperator::between, Takes::two},
    OperatorRow{"isnull", WhereOperator::isnull, Takes::nothing},
    OperatorRow{"notnull", WhereOperator::notnull, Takes::nothing},
};

bool compares_text(WhereOperator op) {
  return op == WhereOperator::starts || op == WhereOperator::ends || op == WhereOperator::cont ||
         op == WhereOperator::excl;
}
bool compares_order(WhereOperator op) {
  return op == WhereOperator::gt || op == WhereOperator::gte || op == WhereOperator::lt || op == WhereOperator::lte ||
         op == WhereOperator::between;
}

std::optional<double> number_of(std::string_view text) {
  const auto number = parse_number<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<Timestamp> time_of(const std::string& text) {
  constexpr std::size_t kFullDateSize = 10;  // YYYY-MM-DD
  const auto time = parse_timestamp(text.size() == kFullDateSize ? text + "T00:00:00Z" : text);
  return time ? std::optional(*time) : std::nullopt;
}

WhereValue value_of(std::string_view escaped) {
  WhereValue value{unescaped_where(escaped), {}, {}, {}};
  if (value.text == "true" || value.text == "false") value.boolean = value.text == "true";
  value.number = number_of(value.text);
  value.time = time_of(value.text);
  return value;
}

// Why the value is none of the column's; empty where it is.
std::string misfit(const ContactColumn& column, const WhereValue& value) {
  const auto unless = [&](bool fits, std::string_view rule) {
    return fits ? std::string() : quote(value.text) + " is not " + std::string(rule);
  };
  switch (column.type()) {
    case ColumnType::any:
    case ColumnType::text: return {};
    case ColumnType::boolean: return unless(value.boolean.has_value(), "true or false");
    case ColumnType::number: return unless(value.number.has_value(), "a number");
    case ColumnType::time: return unless(value.time.has_value(), "an RFC 3339 time or date");
    case ColumnType::choice:
      const auto& choices = column.choices();
      return unless(std::find(choices.begin(), choices.end(), value.text) != choices.end(),
                    std::string(choices.front()).append(" or ").append(choices.back()));
  }
  return {};
}

std::string wrong_count(Takes takes, std::size_t count) {
  switch (takes) {
    case Takes::nothing: return count == 0 ? "" : "the operator takes no value";
    case Takes::one: return count == 1 ? "" : "the operator takes a value: column|operator|value";
    case Takes::two: return count == 2 ? "" : "the operator takes two values, with a comma between";
    case Takes::list:
      if (count == 0) return "the operator takes values, with commas between";
      return count <= kWhereValuesMax ? "" : "more than " + std::to_string(kWhereValuesMax) + " values";
  }
  return {};
}

std::vector<WhereValue> values_of(Takes takes, const std::vector<std::string_view>& parts) {
  std::vector<WhereValue> values;
  if (parts.size() < 3 || (takes == Takes::nothing && parts[2].empty())) return values;
  if (takes == Takes::nothing || takes == Takes::one) return {value_of(parts[2])};
  for (const std::string_view part : split_where(parts[2], ',', kWhereValuesMax + 1)) values.push_back(value_of(part));
  return values;
}

Result<WhereClause> parse_clause(std::string_view text, const ControlState& control) {
  const auto wrong = [](std::string why) { return Error{Errc::invalid_argument, std::move(why)}; };
  const auto parts = split_where(text, '|', 4);
  if (parts.size() < 2) return wrong("is not column|operator|value");
  if (parts.size() > 3) return wrong("has more than two bars; one within a value is written \\|");
  auto column = ContactColumn::parse(unescaped_where(parts[0]), control);
  if (!column) return column.error();
  const auto row =
      std::find_if(kOperators.begin(), kOperators.end(), [&](const auto& r) { return r.name == parts[1]; });
  if (row == kOperators.end()) return wrong(quote(parts[1]) + " is not an operator");

  WhereClause clause{*std::move(column), row->op, values_of(row->takes, parts)};
  if (auto why = wrong_count(row->takes, clause.values.size()); !why.empty()) return wrong(std::move(why));
  const ColumnType type = clause.column.type();
  if (compares_text(row->op)) {
    if (type == ColumnType::any || type == ColumnType::text) return clause;
    return wrong(std::string(row->name) + " compares texts, and " + clause.column.name() + " is none");
  }
  if (compares_order(row->op) && (type == ColumnType::choice || type == ColumnType::boolean)) {
    return wrong(clause.column.name() + " has no order");
  }
  for (const WhereValue& value : clause.values) {
    if (auto why = misfit(clause.column, value); !why.empty()) return wrong(std::move(why));
  }
  return clause;
}

}  // namespace

Result<Where> Where::parse(std::span<const std::string_view> clauses, const ControlState& control) {
  Where where;
  const auto wrong = [](std::string why) { return Error{Errc::invalid_argument, std::move(why), "where"}; };
  if (clauses.size() > kWhereClausesMax) return wrong("more than " + std::to_string(kWhereClausesMax) + " clauses");
  for (const std::string_view text : clauses) {
    auto clause = parse_clause(text, control);
    if (!clause) return wrong(quote(text) + ": " + clause.error().detail);
    where.clauses_.push_back(*std::move(clause));
  }
  return where;
}

}  // namespace rapport

#include "projections/query_plan.h"

#include <algorithm>
#include <cmath>

namespace rapport {
namespace {

// Every id is a whole number that a double holds.
std::optional<ContactId> id_of(double number) {
  if (number < 0 || number > static_cast<double>(kIdMax) || number != std::floor(number)) return std::nullopt;
  return ContactId{static_cast<std::uint64_t>(number)};
}

// The least and the greatest whole number that are on the right side of `number`.
ContactId clamped(double number) {
  return ContactId{static_cast<std::uint64_t>(std::clamp(number, 0.0, static_cast<double>(kIdMax)))};
}

// A narrower choice than the clause's own is left to the evaluator: these bounds may let through too much.
void bound_ids(const WhereClause& clause, QueryPlan& plan) {
  const auto number = [&](std::size_t i) { return *clause.values[i].number; };
  const auto at_least = [&](double low) { plan.id_min = std::max(plan.id_min, clamped(std::floor(low))); };
  const auto at_most = [&](double high) { plan.id_max = std::min(plan.id_max, clamped(std::ceil(high))); };
  switch (clause.op) {
    case WhereOperator::gt:
    case WhereOperator::gte: return at_least(number(0));
    case WhereOperator::lt:
    case WhereOperator::lte: return at_most(number(0));
    case WhereOperator::between: at_least(number(0)); return at_most(number(1));
    default: return;
  }
}

void choose_ids(const WhereClause& clause, QueryPlan& plan) {
  if (clause.op != WhereOperator::eq && clause.op != WhereOperator::in) return bound_ids(clause, plan);
  std::vector<ContactId> ids;
  for (const WhereValue& value : clause.values) {
    if (const auto id = id_of(*value.number)) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (!plan.ids || ids.size() < plan.ids->size()) plan.ids = std::move(ids);
}

std::optional<Standing> standing_of(const ContactListQuery& query) {
  if (query.search || query.where.clauses().size() != 1) return std::nullopt;
  const WhereClause& clause = query.where.clauses().front();
  const std::string& column = clause.column.name();
  if (clause.op != WhereOperator::eq || (column != "status" && column != "archive")) return std::nullopt;
  const std::string& text = clause.values.front().text;
  return text == "archived" || text == "yes" ? Standing::archived : Standing::active;
}

// The index of a choice has not its order.
bool has_order(const ContactColumn& column) { return column.type() != ColumnType::choice; }

}  // namespace

bool ContactListQuery::matches(const MergedContact& contact) const {
  return where.matches(contact.root, contact.state) && (!search || search->matches(contact));
}

QueryPlan plan_of(const ContactListQuery& query, const IndexCatalog& catalog) {
  QueryPlan plan;
  for (const WhereClause& clause : query.where.clauses()) {
    ++plan.conditions;
    if (clause.column.name() == "id") choose_ids(clause, plan);
    if (auto source = source_of(clause, catalog)) plan.sources.push_back(*std::move(source));
  }
  if (query.search) {
    for (const std::string& term : query.search->terms()) {
      ++plan.conditions;
      if (catalog.is_kept()) plan.sources.push_back(source_of_term(term));
    }
  }
  plan.counted = catalog.is_kept();
  plan.standing = standing_of(query);
  if (query.order && has_order(query.order->column())) plan.order_index = index_of(query.order->column(), catalog);
  return plan;
}

}  // namespace rapport

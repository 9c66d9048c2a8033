#include "engine/http/api/equality_where.h"

#include <algorithm>

#include "engine/http/api/request_values.h"
#include "projections/where_text.h"

namespace rapport {
namespace {

bool is_column(std::string_view name, std::span<const std::string_view> columns) {
  return std::any_of(columns.begin(), columns.end(), [&](std::string_view known) {
    return known.ends_with('.') ? name.starts_with(known) && name.size() > known.size() : name == known;
  });
}

}  // namespace

Result<EqualityWhere> EqualityWhere::parse(const HttpRequest& request, std::span<const std::string_view> columns) {
  EqualityWhere out;
  for (const std::string_view text : list_values(request, "where")) {
    const auto first = text.find('|');
    const auto second = first == std::string_view::npos ? first : text.find('|', first + 1);
    const std::string_view column = text.substr(0, first);
    const std::string_view value = second == std::string_view::npos ? "" : text.substr(second + 1);
    if (second == std::string_view::npos || split_where(value, '|', 2).size() > 1 ||
        text.substr(first + 1, second - first - 1) != "eq" || !is_column(column, columns)) {
      std::string names;
      for (const std::string_view known : columns) {
        names.append(names.empty() ? "" : ", ").append(known).append(known.ends_with('.') ? "<key>" : "");
      }
      return Error{Errc::invalid_argument, "is like id|eq|12, on one of " + names, "where"};
    }
    out.clauses_.push_back({std::string(column), unescaped_where(value)});
  }
  return out;
}

bool EqualityWhere::matches(const std::function<bool(std::string_view, std::string_view)>& holds) const {
  return std::all_of(clauses_.begin(), clauses_.end(),
                     [&](const Clause& clause) { return holds(clause.column, clause.value); });
}

}  // namespace rapport

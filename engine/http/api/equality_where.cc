#include "engine/http/api/equality_where.h"

#include <algorithm>
#include <optional>

namespace rapport {
namespace {

// A value with \| and \, and \\ resolved, as where_parser.cc has it: before other characters a backslash stands for
// itself. Absent: a bar in it is none of its own.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '|') return std::nullopt;
    const bool escape =
        text[i] == '\\' && i + 1 < text.size() && std::string_view("|,\\").find(text[i + 1]) != std::string_view::npos;
    out += text[escape ? ++i : i];
  }
  return out;
}

bool is_column(std::string_view name, std::span<const std::string_view> columns) {
  return std::any_of(columns.begin(), columns.end(), [&](std::string_view known) {
    return known.ends_with('.') ? name.starts_with(known) && name.size() > known.size() : name == known;
  });
}

}  // namespace

Result<EqualityWhere> EqualityWhere::parse(const HttpRequest& request, std::span<const std::string_view> columns) {
  EqualityWhere out;
  for (const char* parameter : {"where", "where[]"}) {
    for (const std::string_view text : request.query.values(parameter)) {
      const auto first = text.find('|');
      const auto second = first == std::string_view::npos ? first : text.find('|', first + 1);
      const std::string_view column = text.substr(0, first);
      const auto value = second == std::string_view::npos ? std::nullopt : unescaped(text.substr(second + 1));
      if (!value || text.substr(first + 1, second - first - 1) != "eq" || !is_column(column, columns)) {
        std::string names;
        for (const std::string_view known : columns) {
          names.append(names.empty() ? "" : ", ").append(known).append(known.ends_with('.') ? "<key>" : "");
        }
        return Error{Errc::invalid_argument, "is like id|eq|12, on one of " + names, "where"};
      }
      out.clauses_.push_back({std::string(column), *value});
    }
  }
  return out;
}

bool EqualityWhere::matches(const std::function<bool(std::string_view, std::string_view)>& holds) const {
  return std::all_of(clauses_.begin(), clauses_.end(),
                     [&](const Clause& clause) { return holds(clause.column, clause.value); });
}

}  // namespace rapport

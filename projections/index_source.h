// The part of an index that holds every contact for which a condition can be true: what a clause of `where` and a word
// of a search come to in index rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/index_catalog.h"
#include "projections/where.h"

namespace rapport {

// Values from `from` up to, not including, `to`.
struct ValueRange {
  std::string from, to;
};

struct IndexSource {
  std::string name;   // for a person: the column, or "search"
  std::string index;  // index_key()
  std::vector<ValueRange> ranges;
  // Rows of contacts that stand by themselves are all true, and no others are: but for values that are cut.
  bool exact = true;
  // One value: its rows stand in order of id, each contact once.
  bool one_value = false;
};

// The index of the column, if it has one that is whole.
std::optional<std::string> index_of(const ContactColumn& column, const IndexCatalog& catalog);

// Absent: no index helps.
std::optional<IndexSource> source_of(const WhereClause& clause, const IndexCatalog& catalog);
// Of one term of a Search.
IndexSource source_of_term(const std::string& term);

}  // namespace rapport

#include "projections/index_source.h"

#include <algorithm>
#include <array>
#include <functional>

#include "projections/sort_key.h"
#include "projections/store/store.h"

namespace rapport {
namespace {

struct IndexedColumn {
  std::string_view column;
  IndexLetter index;
};
constexpr std::array kColumns{
    IndexedColumn{"archive", IndexLetter::archived},
    IndexedColumn{"status", IndexLetter::archived},
    IndexedColumn{"channels", IndexLetter::channels},
    IndexedColumn{"dateCreated", IndexLetter::date_created},
    IndexedColumn{"dateUpdated", IndexLetter::date_updated},
    IndexedColumn{"firstSeen", IndexLetter::first_seen},
    IndexedColumn{"lastSeen", IndexLetter::last_seen},
    IndexedColumn{"companyId", IndexLetter::company},
    IndexedColumn{"tags", IndexLetter::tags},
};

// What the clause's value is in the index, once for each type that it reads as.
std::vector<std::string> sort_keys(const ContactColumn& column, const WhereValue& value) {
  // The flag stands there as itself, not as either of its names.
  if (column.type() == ColumnType::choice) return {sort_key(Scalar(value.text == "yes" || value.text == "archived"))};
  std::vector<std::string> keys;
  if (value.boolean) keys.push_back(sort_key(Scalar(*value.boolean)));
  if (value.number) keys.push_back(sort_key(Scalar(*value.number)));
  if (value.time) keys.push_back(sort_key(*value.time));
  keys.push_back(sort_key(Scalar(value.text)));
  return keys;
}

// Where the values of one type begin and end.
std::string type_begin(const std::string& sort_key) { return sort_key.substr(0, 1); }
std::string type_end(const std::string& sort_key) { return prefix_end(sort_key.substr(0, 1)); }

// Rows of a text that is cut are of any text with that beginning.
bool is_whole(const std::string& sort_key) { return !is_cut(index_value(sort_key)); }

class Ranges {
 public:
  explicit Ranges(IndexSource& out) : out_(out) {}

  void equal(const ContactColumn& column, const WhereValue& value) {
    for (const std::string& key : sort_keys(column, value)) {
      const std::string at = index_value(key);
      add({at, prefix_end(at)}, is_whole(key));
    }
  }
  void above(const ContactColumn& column, const WhereValue& value, bool itself) {
    for (const std::string& key : sort_keys(column, value)) {
      const std::string at = index_value(key);
      add({itself || !is_whole(key) ? at : prefix_end(at), type_end(key)}, is_whole(key));
    }
  }
  void below(const ContactColumn& column, const WhereValue& value, bool itself) {
    for (const std::string& key : sort_keys(column, value)) {
      const std::string at = index_value(key);
      add({type_begin(key), itself || !is_whole(key) ? prefix_end(at) : at}, is_whole(key));
    }
  }
  void between(const ContactColumn& column, const WhereValue& low, const WhereValue& high) {
    for (const std::string& from : sort_keys(column, low)) {
      for (const std::string& to : sort_keys(column, high)) {
        if (from.front() != to.front()) continue;
        add({index_value(from), prefix_end(index_value(to))}, is_whole(from) && is_whole(to));
      }
    }
  }
  // Without regard to ASCII case: every way to write the first few letters.
  void starting(std::string_view text) {
    constexpr std::size_t kLettersMax = 4;
    std::vector<std::string> beginnings{"x"};
    std::size_t letters = 0;
    bool whole = true;
    for (const char c : text.substr(0, kIndexedTextMax)) {
      const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
      const bool letter = lower >= 'a' && lower <= 'z';
      if (c == '\0' || (letter && ++letters > kLettersMax)) {
        whole = false;
        break;
      }
      const std::size_t ways = beginnings.size();
      for (std::size_t i = 0; letter && i < ways; ++i)
        beginnings.push_back(beginnings[i] + static_cast<char>(lower & ~0x20));
      for (std::size_t i = 0; i < ways; ++i) beginnings[i] += lower;
    }
    whole = whole && text.size() <= kIndexedTextMax;
    for (const std::string& beginning : beginnings) add({beginning, prefix_end(beginning)}, whole);
  }
  void everything() { add({std::string(), std::string(kNoIndexValue)}, true); }
  void nothing() { add({std::string(kNoIndexValue), prefix_end(kNoIndexValue)}, true); }

 private:
  void add(ValueRange range, bool exact) {
    if (range.from < range.to) out_.ranges.push_back(std::move(range));
    out_.exact = out_.exact && exact;
  }
  IndexSource& out_;
};

// Whether an index says anything about the operator.
bool add_ranges(const WhereClause& clause, IndexSource& out) {
  Ranges ranges(out);
  const ContactColumn& column = clause.column;
  const auto& values = clause.values;
  switch (clause.op) {
    case WhereOperator::eq: ranges.equal(column, values[0]); return true;
    case WhereOperator::in:
      for (const WhereValue& value : values) ranges.equal(column, value);
      return true;
    case WhereOperator::gt: ranges.above(column, values[0], false); return true;
    case WhereOperator::gte: ranges.above(column, values[0], true); return true;
    case WhereOperator::lt: ranges.below(column, values[0], false); return true;
    case WhereOperator::lte: ranges.below(column, values[0], true); return true;
    case WhereOperator::between: ranges.between(column, values[0], values[1]); return true;
    case WhereOperator::starts: ranges.starting(values[0].text); return true;
    case WhereOperator::isnull: ranges.nothing(); return true;
    case WhereOperator::notnull: ranges.everything(); return true;
    case WhereOperator::ne:
    case WhereOperator::notin:
    case WhereOperator::ends:
    case WhereOperator::cont:
    case WhereOperator::excl: return false;
  }
  return false;
}

}  // namespace

std::optional<std::string> index_of(const ContactColumn& column, const IndexCatalog& catalog) {
  if (!catalog.is_kept()) return std::nullopt;
  if (column.field()) {
    const FieldIndex index{*column.field(), column.type() == ColumnType::time};
    return catalog.is_whole(index) ? std::optional(index_key(index)) : std::nullopt;
  }
  const auto row =
      std::find_if(kColumns.begin(), kColumns.end(), [&](const auto& known) { return known.column == column.name(); });
  return row == kColumns.end() ? std::nullopt : std::optional(index_key(row->index));
}

std::optional<IndexSource> source_of(const WhereClause& clause, const IndexCatalog& catalog) {
  const auto index = index_of(clause.column, catalog);
  if (!index) return std::nullopt;
  IndexSource source{.name = clause.column.name(), .index = *index};
  if (!add_ranges(clause, source)) return std::nullopt;
  const bool one = clause.op == WhereOperator::eq || clause.op == WhereOperator::isnull;
  source.one_value = one && source.ranges.size() == 1;
  return source;
}

IndexSource source_of_term(const std::string& term) {
  return {.name = "search", .index = index_key(IndexLetter::words), .ranges = {{term, prefix_end(term)}}};
}

}  // namespace rapport

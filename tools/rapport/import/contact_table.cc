#include "tools/rapport/import/contact_table.h"

#include <algorithm>
#include <boost/json.hpp>

#include "events/json_value.h"
#include "events/text.h"
#include "tools/rapport/import/lower_case.h"
#include "tools/rapport/import/table_date.h"
#include "tools/rapport/terminal/spelling.h"

namespace rapport {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

// The engine knows three fields by these names: for search, and in lists.
std::string usual_field(const std::string& column) {
  const std::string plain = lower_case(column);
  return plain == "name" || plain == "email" || plain == "phone" ? plain : column;
}

// "vip, lead", "vip|lead" and PostgreSQL's {vip,lead}.
std::vector<std::string> tags_of(std::string_view cell) {
  if (cell.starts_with('{') && cell.ends_with('}')) cell = cell.substr(1, cell.size() - 2);
  std::vector<std::string> tags;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find_first_of(",;|"), cell.size());
    std::string_view tag = trimmed(cell.substr(0, end));
    if (tag.size() > 1 && tag.starts_with('"') && tag.ends_with('"')) tag = tag.substr(1, tag.size() - 2);
    if (!tag.empty() && std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.emplace_back(tag);
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return tags;
}

Error about(Error error, const std::string& column) {
  error.field = column;
  return error;
}

}  // namespace

Result<ContactTable> ContactTable::make(const std::vector<std::string>& header, ContactTableOptions options) {
  ContactTable table(std::move(options));
  RAPPORT_TRY(table.read_header(header));
  RAPPORT_TRY(table.find_columns());
  RAPPORT_TRY(table.read_map());
  return table;
}

Result<std::size_t> ContactTable::column(const std::string& name, const char* option) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return i;
    names.push_back(columns_[i].name);
  }
  std::string detail = quote(name) + " is no column";
  if (const auto meant = nearest_word(name, names)) {
    detail += "; did you mean " + *meant + "?";
  } else {
    detail += "; there is";
    for (const std::string& one : names) {
      if (!one.empty()) detail += " " + quote(one);
    }
  }
  return Error{Errc::invalid_argument, std::move(detail), option};
}

Result<void> ContactTable::read_header(const std::vector<std::string>& header) {
  for (const std::string& cell : header) {
    std::string name(trimmed(cell));
    const auto same = [&](const Column& other) { return !name.empty() && other.name == name; };
    if (std::any_of(columns_.begin(), columns_.end(), same)) {
      return Error{Errc::wrong_format, "two columns are called " + quote(name)};
    }
    columns_.push_back({.name = name, .field = options_.only_mapped ? "" : usual_field(name)});
  }
  return {};
}

Result<void> ContactTable::find_columns() {
  if (options_.key.empty()) {
    for (const char* usual : {"email", "id"}) {
      for (const Column& one : columns_) {
        if (lower_case(one.name) == usual) options_.key = one.name;
      }
    }
    if (options_.key.empty()) {
      return Error{Errc::invalid_argument,
                   "is needed: it names the column that tells one contact from another, as id or email would", "--key"};
    }
  }
  const auto key = column(options_.key, "--key");
  if (!key) return key.error();
  key_ = *key;
  const auto find = [&](const std::string& name, const char* option, std::optional<std::size_t>& out) -> Result<void> {
    if (name.empty()) return {};
    const auto found = column(name, option);
    if (!found) return found.error();
    out = *found;
    columns_[*found].field.clear();
    return {};
  };
  RAPPORT_TRY(find(options_.time, "--time", time_));
  RAPPORT_TRY(find(options_.created, "--created", created_));
  return find(options_.tags, "--tags", tags_);
}

Result<void> ContactTable::read_map() {
  for (const std::string& text : options_.map) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || text.starts_with(":=")) {
      return Error{Errc::invalid_argument, quote(text) + " is not like Town=city, Age:=age or Notes=", "--map"};
    }
    const bool is_json = text[equals - 1] == ':';
    const auto found = column(text.substr(0, equals - (is_json ? 1 : 0)), "--map");
    if (!found) return found.error();
    columns_[*found].field = text.substr(equals + 1);
    columns_[*found].is_json = is_json;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    for (std::size_t j = 0; j < i && !columns_[i].field.empty(); ++j) {
      if (columns_[j].field != columns_[i].field) continue;
      return Error{Errc::invalid_argument,
                   quote(columns_[j].name) + " and " + quote(columns_[i].name) + " are both the field " +
                       quote(columns_[i].field) + ": name another for one of them, or none",
                   "--map"};
    }
  }
  return {};
}

Result<ImportedContact> ContactTable::contact(const std::vector<std::string>& cells) const {
  // Spreadsheets add empty cells at the end of a row.
  for (std::size_t i = columns_.size(); i < cells.size(); ++i) {
    if (trimmed(cells[i]).empty()) continue;
    return Error{Errc::invalid_argument,
                 "has " + std::to_string(cells.size()) + " cells, the header has " + std::to_string(columns_.size())};
  }
  if (cells.size() < columns_.size()) {
    return Error{Errc::invalid_argument,
                 "has " + std::to_string(cells.size()) + " cells, the header has " + std::to_string(columns_.size())};
  }
  const auto cell = [&](std::size_t i) { return trimmed(cells[i]); };
  ImportedContact out{.key = std::string(cell(key_)), .time = options_.at, .created = {}, .state = {}};
  if (out.key.empty()) return Error{Errc::invalid_argument, "is empty, and tells contacts apart", columns_[key_].name};
  if (time_ && !cell(*time_).empty()) {
    const auto time = parse_table_date(cell(*time_));
    if (!time) return about(time.error(), columns_[*time_].name);
    out.time = *time;
  }
  if (created_ && !cell(*created_).empty()) {
    const auto created = parse_table_date(cell(*created_));
    if (!created) return about(created.error(), columns_[*created_].name);
    out.created = *created;
  }
  if (tags_) out.state.tags_added = tags_of(cell(*tags_));
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i].field.empty()) RAPPORT_TRY(add_field(columns_[i], cell(i), out.state.fields));
  }
  return out;
}

Result<void> ContactTable::add_field(const Column& column, std::string_view cell, Fields& fields) const {
  if (cell.empty()) {
    if (options_.clear) fields.emplace_back(column.field, JsonText{"null"});
    return {};
  }
  if (!column.is_json) {
    fields.emplace_back(column.field, json_string(cell));
    return {};
  }
  boost::system::error_code malformed;
  const auto value = parse_json_value(cell, malformed);
  if (malformed) {
    return Error{Errc::invalid_argument, quote(cell) + " is not JSON, as --map " + column.name + ":= says it is",
                 column.name};
  }
  fields.emplace_back(column.field, JsonText{boost::json::serialize(value)});
  return {};
}

}  // namespace rapport

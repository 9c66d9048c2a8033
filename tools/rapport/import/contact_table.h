// A table of contacts, a row a contact: which of its columns say what.
//
// Invariants: a row is imported whole or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/rapport/import/imported_contact.h"

namespace rapport {

struct ContactTableOptions {
  std::vector<std::string> map;     // column=field, column:=field (its cells are JSON), column= (left out)
  bool only_mapped = false;         // leave out the other columns; else each is the field of its name
  std::string key;                  // the column that tells contacts apart; empty: id, else email
  std::string time, created, tags;  // columns; empty: none
  bool clear = false;               // an empty cell removes the field; else it says nothing
  Timestamp at;                     // since when a row is so that does not say it
};

class ContactTable {
 public:
  // Errors: invalid_argument: an option is malformed or names no column; wrong_format: two columns have one name.
  [[nodiscard]] static Result<ContactTable> make(const std::vector<std::string>& header, ContactTableOptions options);

  // Errors: invalid_argument, `field` being the column, where it is one.
  [[nodiscard]] Result<ImportedContact> contact(const std::vector<std::string>& cells) const;

 private:
  struct Column {
    std::string name;
    std::string field;  // empty: it is none
    bool is_json = false;
  };

  explicit ContactTable(ContactTableOptions options) : options_(std::move(options)) {}

  Result<std::size_t> column(const std::string& name, const char* option) const;
  Result<void> read_header(const std::vector<std::string>& header);
  Result<void> find_columns();
  Result<void> read_map();
  Result<void> add_field(const Column& column, std::string_view cell, Fields& fields) const;

  ContactTableOptions options_;
  std::vector<Column> columns_;
  std::size_t key_ = 0;
  std::optional<std::size_t> time_, created_, tags_;
};

}  // namespace rapport

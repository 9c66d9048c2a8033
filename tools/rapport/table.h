// Rows of text for a person or a program: on a terminal columns fitted to its width, in a pipe the same columns with
// tabs between them and nothing cut.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tools/rapport/terminal.h"

namespace rapport {

class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}

  // As many cells as there are heads; each is made printable. The colour is the row's, for a person.
  void add(std::vector<std::string> cells, std::optional<Colour> colour = std::nullopt);
  // The last column gives way where the whole is wider than `columns`.
  void print_for_person(std::ostream& out, std::size_t columns) const;
  void print_for_program(std::ostream& out) const;
  // Whichever stdout is.
  void print() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::optional<Colour> colour;
  };

  std::vector<std::string> heads_;
  std::vector<Row> rows_;
};

}  // namespace rapport

// Rows of text for a person or a program: on a terminal columns fitted to its width, in a pipe the same columns with
// tabs between them and nothing cut.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tools/rapport/terminal/terminal.h"

namespace rapport {

class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}

  // Columns that give way, beside the last, where a terminal is too narrow; with the last named, too: before the first.
  Table& yielding(std::vector<std::size_t> columns) {
    yielding_ = std::move(columns);
    return *this;
  }

  // Columns that a terminal goes without, these first, where it is too narrow for all of them to be read.
  Table& droppable(std::vector<std::size_t> columns) {
    droppable_ = std::move(columns);
    return *this;
  }

  // As many cells as there are heads; each is made printable. The colour is the row's, for a person.
  void add(std::vector<std::string> cells, std::optional<Colour> colour = std::nullopt);
  // Where the whole is wider than `columns`, droppable ones are left out; then the last column and those that yield are
  // cut, the widest first; where that is not enough, the others are, too. What is cut ends with "…". Returns the heads
  // of those left out.
  std::vector<std::string> print_for_person(std::ostream& out, std::size_t columns) const;
  void print_for_program(std::ostream& out) const;
  // Whichever stdout is.
  void print() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::optional<Colour> colour;
  };

  std::vector<std::size_t> natural_widths() const;
  std::vector<std::size_t> fitted_widths(std::size_t columns) const;
  Table without(const std::vector<std::size_t>& dropped) const;

  std::vector<std::string> heads_;
  std::vector<std::size_t> yielding_, droppable_;
  std::vector<Row> rows_;
};

}  // namespace rapport

#include "tools/rapport/table.h"

#include <algorithm>
#include <iostream>

#include "tools/rapport/columns.h"
#include "tools/rapport/terminal.h"

namespace rapport {
namespace {

constexpr std::size_t kGap = 2;

void print_row(std::ostream& out, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    const std::string_view shown = prefix_of_columns(cells[i], widths[i]);
    out << shown;
    if (!last) out << std::string(widths[i] - columns_of(shown) + kGap, ' ');
  }
  out << '\n';
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    std::replace_if(
        cell.begin(), cell.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  }
  cells.resize(heads_.size());
  rows_.push_back(std::move(cells));
}

void Table::print_for_person(std::ostream& out, std::size_t columns) const {
  std::vector<std::size_t> widths;
  for (const std::string& head : heads_) widths.push_back(columns_of(head));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::size_t before_last = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before_last += widths[i] + kGap;
  const std::size_t left = columns > before_last ? columns - before_last : 1;
  widths.back() = std::min(widths.back(), std::max<std::size_t>(left, 8));
  print_row(out, heads_, widths);
  for (const auto& row : rows_) print_row(out, row, widths);
}

void Table::print_for_program(std::ostream& out) const {
  const auto print = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) out << (i == 0 ? "" : "\t") << cells[i];
    out << '\n';
  };
  print(heads_);
  for (const auto& row : rows_) print(row);
}

void Table::print() const {
  stdout_is_terminal() ? print_for_person(std::cout, terminal_columns()) : print_for_program(std::cout);
}

}  // namespace rapport

#include "tools/rapport/table.h"

#include <algorithm>
#include <iostream>

#include "tools/rapport/columns.h"

namespace rapport {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLastColumnLeast = 8;

std::string person_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view shown = prefix_of_columns(cells[i], widths[i]);
    out += shown;
    const bool last = i + 1 == cells.size();
    if (!last) out.append(widths[i] - columns_of(shown) + kGap, ' ');
  }
  return out;
}

std::string program_row(const std::vector<std::string>& cells) {
  std::string out;
  for (const std::string& cell : cells) out += (&cell == &cells.front() ? "" : "\t") + cell;
  return out;
}

}  // namespace

void Table::add(std::vector<std::string> cells, std::optional<Colour> colour) {
  for (std::string& cell : cells) cell = printable(cell);
  cells.resize(heads_.size());
  rows_.push_back({std::move(cells), colour});
}

void Table::print_for_person(std::ostream& out, std::size_t columns) const {
  std::vector<std::size_t> widths;
  for (const std::string& head : heads_) widths.push_back(columns_of(head));
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns_of(row.cells[i]));
  }
  std::size_t before_last = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before_last += widths[i] + kGap;
  const std::size_t left = columns > before_last ? columns - before_last : 0;
  widths.back() = std::min(widths.back(), std::max(left, kLastColumnLeast));
  out << coloured(person_row(heads_, widths), Colour::bold) << '\n';
  for (const Row& row : rows_) {
    const std::string text = person_row(row.cells, widths);
    out << (row.colour ? coloured(text, *row.colour) : text) << '\n';
  }
}

void Table::print_for_program(std::ostream& out) const {
  out << program_row(heads_) << '\n';
  for (const Row& row : rows_) out << program_row(row.cells) << '\n';
}

void Table::print() const {
  stdout_is_terminal() ? print_for_person(std::cout, terminal_columns()) : print_for_program(std::cout);
}

}  // namespace rapport

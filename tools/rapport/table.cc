#include "tools/rapport/table.h"

#include <algorithm>
#include <iostream>

#include "tools/rapport/columns.h"

namespace rapport {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kYieldingLeast = 8;
constexpr std::size_t kOtherLeast = 4;

std::string cut(const std::string& cell, std::size_t width) {
  if (columns_of(cell) <= width) return cell;
  return std::string(prefix_of_columns(cell, width - 1)) + "…";
}

// The widest of these columns first, none below `least`.
void narrow(std::vector<std::size_t>& widths, const std::vector<std::size_t>& columns, std::size_t least,
            std::size_t& too_much) {
  while (too_much > 0) {
    const auto widest = *std::max_element(columns.begin(), columns.end(),
                                          [&](std::size_t a, std::size_t b) { return widths[a] < widths[b]; });
    if (widths[widest] <= least) return;
    --widths[widest];
    --too_much;
  }
}

std::string person_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string shown = cut(cells[i], widths[i]);
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

std::vector<std::size_t> Table::fitted_widths(std::size_t columns) const {
  std::vector<std::size_t> widths, all, yielding = yielding_;
  for (const std::string& head : heads_) {
    all.push_back(widths.size());
    widths.push_back(columns_of(head));
  }
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns_of(row.cells[i]));
  }
  const std::size_t last = widths.size() - 1;
  const bool names_last = std::find(yielding_.begin(), yielding_.end(), last) != yielding_.end();
  if (!names_last) yielding.push_back(last);
  std::size_t whole = (widths.size() - 1) * kGap;
  for (const std::size_t width : widths) whole += width;
  std::size_t too_much = whole > columns ? whole - columns : 0;
  if (names_last && yielding_.size() > 1)
    narrow(widths, {yielding_.begin() + 1, yielding_.end()}, kOtherLeast, too_much);
  narrow(widths, yielding, kYieldingLeast, too_much);
  narrow(widths, all, kOtherLeast, too_much);
  return widths;
}

void Table::print_for_person(std::ostream& out, std::size_t columns) const {
  const auto widths = fitted_widths(columns);
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
  if (rows_.empty() && stdout_is_terminal()) std::cerr << coloured("there are none", Colour::dim) << "\n";
}

}  // namespace rapport

#include "tools/rapport/terminal/table.h"

#include <algorithm>
#include <iostream>

#include "tools/rapport/terminal/columns.h"

namespace rapport {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kYieldingLeast = 8;
constexpr std::size_t kOtherLeast = 4;
constexpr std::size_t kReadLeast = 20;  // of one that yields, before another is left out for it

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

std::vector<std::size_t> Table::natural_widths() const {
  std::vector<std::size_t> widths;
  for (const std::string& head : heads_) widths.push_back(columns_of(head));
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns_of(row.cells[i]));
  }
  return widths;
}

std::vector<std::size_t> Table::fitted_widths(std::size_t columns) const {
  std::vector<std::size_t> widths = natural_widths(), all, yielding = yielding_;
  for (std::size_t i = 0; i < widths.size(); ++i) all.push_back(i);
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

Table Table::without(const std::vector<std::size_t>& dropped) const {
  const auto is_dropped = [&](std::size_t i) { return std::find(dropped.begin(), dropped.end(), i) != dropped.end(); };
  const auto left = [&](const std::vector<std::string>& cells) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!is_dropped(i)) out.push_back(cells[i]);
    }
    return out;
  };
  Table out(left(heads_));
  for (const std::size_t i : yielding_) {
    if (is_dropped(i)) continue;
    out.yielding_.push_back(i - static_cast<std::size_t>(std::count_if(dropped.begin(), dropped.end(),
                                                                       [i](std::size_t other) { return other < i; })));
  }
  for (const Row& row : rows_) out.rows_.push_back({left(row.cells), row.colour});
  return out;
}

std::vector<std::string> Table::print_for_person(std::ostream& out, std::size_t columns) const {
  std::vector<std::size_t> least = natural_widths(), dropped;
  for (const std::size_t i : yielding_) least[i] = std::min(least[i], kReadLeast);
  std::size_t whole = (least.size() - 1) * kGap;
  for (const std::size_t width : least) whole += width;
  std::vector<std::string> left_out;
  for (auto i = droppable_.begin(); i != droppable_.end() && whole > columns; ++i) {
    whole -= least[*i] + kGap;
    dropped.push_back(*i);
    left_out.push_back(heads_[*i]);
  }
  if (!dropped.empty()) {
    (void)without(dropped).print_for_person(out, columns);
    return left_out;
  }
  const auto widths = fitted_widths(columns);
  out << coloured(person_row(heads_, widths), Colour::bold) << '\n';
  for (const Row& row : rows_) {
    const std::string text = person_row(row.cells, widths);
    out << (row.colour ? coloured(text, *row.colour) : text) << '\n';
  }
  return {};
}

void Table::print_for_program(std::ostream& out) const {
  out << program_row(heads_) << '\n';
  for (const Row& row : rows_) out << program_row(row.cells) << '\n';
}

void Table::print() const {
  if (!stdout_is_terminal()) return print_for_program(std::cout);
  std::string left_out;
  for (const std::string& head : print_for_person(std::cout, terminal_columns())) {
    left_out += (left_out.empty() ? "" : ", ") + head;
  }
  if (rows_.empty()) std::cerr << coloured("there are none", Colour::dim) << "\n";
  if (!left_out.empty()) std::cerr << coloured("too narrow for " + left_out + ": --json has all", Colour::dim) << "\n";
}

}  // namespace rapport

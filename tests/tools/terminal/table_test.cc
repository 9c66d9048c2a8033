#include "tools/rapport/terminal/table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tools/rapport/terminal/columns.h"

namespace rapport {
namespace {

class TableTest : public testing::Test {
 protected:
  TableTest() { set_colour(ColourWhen::never); }
  ~TableTest() override { set_colour(ColourWhen::terminal); }

  static std::string for_person(const Table& table, std::size_t columns) {
    std::ostringstream out;
    table.print_for_person(out, columns);
    return out.str();
  }
  static std::string for_program(const Table& table) {
    std::ostringstream out;
    table.print_for_program(out);
    return out.str();
  }
};

TEST_F(TableTest, AlignsWhatIsWideAndWhatIsNot) {
  Table table({"ID", "NAME", "TAGS"});
  table.add({"1", "Zoë", "vip"});
  table.add({"42", "北京", "lead"});
  EXPECT_EQ(for_person(table, 80), "ID  NAME  TAGS\n1   Zoë   vip\n42  北京  lead\n");
}

TEST_F(TableTest, FitsATerminal) {
  Table table({"ID", "WHAT"});
  table.add({"1", std::string(200, 'x')});
  for (const std::size_t columns : {20u, 40u, 100u}) {
    std::istringstream lines(for_person(table, columns));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), columns);
  }
  EXPECT_EQ(for_person(table, 12), "ID  WHAT\n1   xxxxxxx…\n");
  EXPECT_EQ(for_person(table, 1), "ID  WHAT\n1   xxx…\n") << "a little is shown, however narrow it is";
}

TEST_F(TableTest, CutsWhatYieldsBeforeAnythingElse) {
  Table table({"NAME", "TIME", "WHAT"});
  table.yielding({0});
  table.add({std::string(30, 'n'), "2026-01-02 03:04:05", std::string(50, 'x')});
  EXPECT_EQ(for_person(table, 45),
            "NAME         TIME                 WHAT\nnnnnnnnnnn…  2026-01-02 03:04:05  xxxxxxxxxx…\n");
  std::istringstream lines(for_person(table, 30));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), 30u) << "the time, too, at last";
}

TEST_F(TableTest, GoesWithoutDroppableColumnsBeforeItCutsWhatIsRead) {
  Table table({"NAME", "WHERE", "TIME", "KIND"});
  table.yielding({0}).droppable({1, 3});
  table.add({std::string(30, 'n'), std::string(20, 'w'), "2026-01-02 03:04:05", std::string(10, 'k')});
  std::ostringstream out;
  EXPECT_TRUE(table.print_for_person(out, 85).empty());
  EXPECT_EQ(table.print_for_person(out, 70), std::vector<std::string>{"WHERE"});
  EXPECT_EQ(
      for_person(table, 55),
      "NAME                    TIME                 KIND\nnnnnnnnnnnnnnnnnnnnnn…  2026-01-02 03:04:05  kkkkkkkkkk\n");
  EXPECT_EQ(table.print_for_person(out, 45), (std::vector<std::string>{"WHERE", "KIND"}));
  EXPECT_EQ(for_program(table).substr(0, 20), "NAME\tWHERE\tTIME\tKIND") << "a program gets all";
}

TEST_F(TableTest, CutsTheLastBeforeWhatATableIsAbout) {
  Table table({"VALUE", "WHERE"});
  table.yielding({0, 1});
  table.add({std::string(20, 'v'), std::string(20, 'w')});
  EXPECT_EQ(for_person(table, 26), "VALUE                 WHE…\nvvvvvvvvvvvvvvvvvvvv  www…\n");
  EXPECT_EQ(for_person(table, 20), "VALUE           WHE…\nvvvvvvvvvvvvv…  www…\n");
}

TEST_F(TableTest, CutsNothingInAPipe) {
  Table table({"ID", "WHAT"});
  table.add({"1", std::string(200, 'x')});
  EXPECT_EQ(for_program(table), "ID\tWHAT\n1\t" + std::string(200, 'x') + "\n");
}

TEST_F(TableTest, KeepsACellInItsPlace) {
  Table table({"A", "B"});
  table.add({"x\ty\nz", "\x1b[31m"});
  EXPECT_EQ(for_program(table), "A\tB\nx y z\t\uFFFD[31m\n");
}

TEST_F(TableTest, ColoursAHeadAndTheRowsThatAskForIt) {
  set_colour(ColourWhen::always);
  Table table({"A"});
  table.add({"plain"});
  table.add({"bad"}, Colour::red);
  EXPECT_EQ(for_person(table, 80), "\x1b[1mA\x1b[0m\nplain\n\x1b[31mbad\x1b[0m\n");
  EXPECT_EQ(for_program(table), "A\nplain\nbad\n");
}

}  // namespace
}  // namespace rapport

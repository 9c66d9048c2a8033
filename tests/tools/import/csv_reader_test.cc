#include "tools/rapport/import/csv_reader.h"

#include <gtest/gtest.h>

#include "tests/tools/temporary_file.h"

namespace rapport {
namespace {

using Cells = std::vector<std::string>;

std::vector<CsvReader::Record> records_of(std::string_view text, CsvOptions options = {}) {
  const TemporaryFile file(text);
  auto reader = CsvReader::open(file.path(), options);
  EXPECT_TRUE(reader) << to_string(reader.error());
  if (!reader) return {};
  std::vector<CsvReader::Record> records{reader->header()};
  while (true) {
    auto record = reader->next();
    EXPECT_TRUE(record) << to_string(record.error());
    if (!record || !*record) return records;
    records.push_back(**std::move(record));
  }
}

TEST(CsvReader, ReadsQuotesLinesInsideThemAndEmptyCells) {
  const auto records =
      records_of("id,name,note\r\n1,\"Zoë \"\"Zo\"\" Okafor\",\"two\r\nlines, one cell\"\r\n\r\n2,5\" pipe,\n3,,\"\"");
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].cells, (Cells{"id", "name", "note"}));
  EXPECT_EQ(records[1].cells, (Cells{"1", "Zoë \"Zo\" Okafor", "two\nlines, one cell"}));
  EXPECT_EQ(records[2].cells, (Cells{"2", "5\" pipe", ""}));
  EXPECT_EQ(records[2].line, 5u) << "where it begins in the file";
  EXPECT_EQ(records[3].cells, (Cells{"3", "", ""}));
}

TEST(CsvReader, ReadsEachLineEndInACellAsOne) {
  const auto records = records_of("id,note\n1,\"two\r\r\nlines\"\n2,\"\r\n\"\n3,\"a\rb\"");
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[1].cells, (Cells{"1", "two\nlines"}));
  EXPECT_EQ(records[2].cells, (Cells{"2", "\n"}));
  EXPECT_EQ(records[3].cells, (Cells{"3", "a\rb"})) << "a carriage return alone is none";
}

TEST(CsvReader, FindsTheSeparatorInTheHeader) {
  for (const char* text : {"a;b;\"c,d,e,f\"\n1;2;3", "a\tb\tc,d\n1\t2\t3", "a|b|c\n1|2|3",
                           "\xEF\xBB\xBF\"a\",b,c\n1,2,3", "sep=;\na;b;c,d,e,f\n1;2;3"}) {
    const auto records = records_of(text);
    ASSERT_EQ(records.size(), 2u) << text;
    EXPECT_EQ(records[0].cells.size(), 3u) << text;
    EXPECT_EQ(records[0].cells[0], "a") << text;
    EXPECT_EQ(records[1].cells, (Cells{"1", "2", "3"})) << text;
  }
  EXPECT_EQ(records_of("a;b,c;d", {.separator = ','})[0].cells, (Cells{"a;b", "c;d"}));
}

TEST(CsvReader, TakesNoSeparatorThatCutsACharacter) {
  for (const char* text : {"sep=\xA9\nid,name\n1,Jos\xC3\xA9", "sep=\"\nid\"name\n1\"Ada"}) {
    const TemporaryFile file(text);
    EXPECT_EQ(CsvReader::open(file.path(), {}).error().code, Errc::wrong_format) << text;
  }
}

TEST(CsvReader, ReadsLatin1AndSaysWhereTextIsNoUtf8) {
  const auto records = records_of("name\nJ\xFCrgen \x80\nAda\n", {.encoding = TextEncoding::latin1});
  EXPECT_EQ(records[1].cells, Cells{"Jürgen €"});
  const auto wrong = records_of("name\nJ\xFCrgen\nAda\n");
  ASSERT_EQ(wrong.size(), 3u);
  EXPECT_EQ(wrong[1].fault, "is not UTF-8, at the byte 0xFC (of Excel or Windows: --encoding latin1)");
  EXPECT_EQ(wrong[1].text, "J\xFCrgen");
  EXPECT_EQ(wrong[2].cells, Cells{"Ada"}) << "the next one is read all the same";
  EXPECT_EQ(records_of("\xEF\xBB\xBFname\nJürgen\n", {.encoding = TextEncoding::latin1})[1].cells, Cells{"Jürgen"})
      << "the mark says what it is";
}

TEST(CsvReader, SaysWhatIsBehindAQuote) {
  const auto records = records_of("a,b\n\"x\"y,1\n2,3\n");
  EXPECT_EQ(records[1].fault, "cell 1 goes on behind its closing quote");
  EXPECT_EQ(records[2].cells, (Cells{"2", "3"}));
}

TEST(CsvReader, RefusesWhatIsNoTable) {
  struct Row {
    std::string text;
    const char* why;
  };
  for (const auto& [text, why] :
       {Row{"", "has no header"}, Row{"\n\n", "has no header"}, Row{"a,b\rc,d\r", "carriage return alone"},
        Row{std::string("\xFF\xFEi\0d\0\n\0", 8), "UTF-16"}, Row{"n\xFC", "its header is not UTF-8"}}) {
    const TemporaryFile file(text);
    const auto reader = CsvReader::open(file.path(), {});
    ASSERT_FALSE(reader) << why;
    EXPECT_EQ(reader.error().code, Errc::wrong_format);
    EXPECT_NE(reader.error().detail.find(why), std::string::npos) << reader.error().detail;
  }
  EXPECT_EQ(CsvReader::open("/nonexistent", {}).error().code, Errc::not_found);
}

TEST(CsvReader, EndsAtAQuoteThatIsNeverClosed) {
  const TemporaryFile file("a\n1\n\"2\n" + std::string(2 << 20, '\n') + "3\n");
  auto reader = CsvReader::open(file.path(), {});
  ASSERT_TRUE(reader);
  EXPECT_EQ((**reader->next()).cells, Cells{"1"});
  const auto open = reader->next();
  ASSERT_FALSE(open);
  EXPECT_EQ(to_string(open.error()), "wrong_format: line 3: a quote that begins here is never closed");
}

TEST(CsvReader, SaysThatALineIsTooLong) {
  const auto records = records_of("a\n" + std::string(kLineSizeMax + 1, 'x') + "\n2\n");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].fault, "is too long");
  EXPECT_EQ(records[2].cells, Cells{"2"});
}

}  // namespace
}  // namespace rapport

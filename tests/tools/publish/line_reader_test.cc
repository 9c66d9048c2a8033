#include "tools/rapport/publish/line_reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/tools/temporary_file.h"

namespace rapport {
namespace {

struct Lines {
  std::vector<std::string> texts;
  std::optional<Error> error;
};

Lines read_all(const std::string& path) {
  Lines lines;
  auto reader = LineReader::open(path);
  if (!reader) return {{}, reader.error()};
  while (true) {
    auto line = reader->next();
    if (!line) return {std::move(lines.texts), line.error()};
    if (!*line) return lines;
    lines.texts.emplace_back((*line)->text);
    EXPECT_EQ((*line)->number, lines.texts.size());
    EXPECT_EQ((*line)->too_long, false);
  }
}

TEST(LineReader, GivesLinesWithoutTheirEnds) {
  const std::vector<std::string> expected{"one", "", "three\r", "four"};
  EXPECT_EQ(read_all(TemporaryFile("one\n\r\nthree\r\r\nfour").path()).texts, expected);
  EXPECT_EQ(read_all(TemporaryFile("one\n\r\nthree\r\r\nfour\n").path()).texts, expected);
  EXPECT_TRUE(read_all(TemporaryFile("").path()).texts.empty());
}

TEST(LineReader, ReadsGzipAlsoOfSeveralMembers) {
  const Lines lines = read_all(TemporaryFile(gzipped("one\ntw") + gzipped("o\nthree\n")).path());
  EXPECT_FALSE(lines.error);
  EXPECT_EQ(lines.texts, (std::vector<std::string>{"one", "two", "three"}));
}

TEST(LineReader, LinesMaySpanItsBuffer) {
  std::string content;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 40; ++i) {
    expected.emplace_back(20'000 + i, static_cast<char>('a' + i % 26));
    content += expected.back() + "\n";
  }
  EXPECT_EQ(read_all(TemporaryFile(content).path()).texts, expected);
}

TEST(LineReader, MarksALineBeyondTheLimitAndGoesOn) {
  const std::string longest(kLineSizeMax, 'x');
  const TemporaryFile file(longest + "\n" + longest + "y\nshort\n");
  auto reader = LineReader::open(file.path()).value();
  const auto first = reader.next().value().value();
  EXPECT_FALSE(first.too_long);
  EXPECT_EQ(first.text, longest);
  const auto second = reader.next().value().value();
  EXPECT_TRUE(second.too_long);
  EXPECT_EQ(second.number, 2u);
  EXPECT_EQ(second.text.size(), kLineSizeMax);
  const auto third = reader.next().value().value();
  EXPECT_EQ(third.text, "short");
  EXPECT_EQ(third.number, 3u);
  EXPECT_FALSE(third.too_long);
}

TEST(LineReader, SaysHowMuchOfTheFileIsRead) {
  const TemporaryFile file("one\ntwo\n");
  auto reader = LineReader::open(file.path()).value();
  EXPECT_EQ(reader.size_bytes(), 8u);
  while (reader.next().value()) {
  }
  EXPECT_EQ(reader.bytes_read(), 8u);
}

TEST(LineReader, RefusesWhatIsNoReadableFileNamingIt) {
  const auto missing = LineReader::open("no/such/file.log");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_EQ(missing.error().field, "no/such/file.log");
  const auto directory = LineReader::open("tests");
  ASSERT_FALSE(directory);
  EXPECT_EQ(to_string(directory.error()), "storage_failed: tests: is a directory");
}

TEST(LineReader, ATornGzipGivesItsLinesThenTheError) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  const std::string packed = gzipped(text);
  const Lines lines = read_all(TemporaryFile(packed.substr(0, packed.size() / 2)).path());
  ASSERT_TRUE(lines.error);
  EXPECT_EQ(lines.error->code, Errc::corrupt);
  EXPECT_GT(lines.texts.size(), 100u);
  EXPECT_LT(lines.texts.size(), 1000u);
  EXPECT_NE(lines.error->detail.find("end early, after line " + std::to_string(lines.texts.size())), std::string::npos)
      << lines.error->detail;
}

TEST(LineReader, ADamagedGzipIsAnError) {
  std::string packed = gzipped("one\ntwo\nthree\n");
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 0x55);  // in the checksum
  const Lines lines = read_all(TemporaryFile(packed).path());
  ASSERT_TRUE(lines.error);
  EXPECT_EQ(lines.error->code, Errc::corrupt);
}

}  // namespace
}  // namespace rapport

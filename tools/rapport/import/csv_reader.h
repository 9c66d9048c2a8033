// Reads a table of comma-separated values record by record (RFC 4180, and what spreadsheets and databases make of it):
//
//   Id;Name;Note              the header; it also says what separates: , ; tab or |
//   7;"Zoë ""Zo"" Okafor";    a quoted cell may hold separators, line ends (read as \n) and, doubled, quotes
//
// Invariants:
// - A record that cannot be read says why in `fault`, and the next one is read all the same.
// - Cells are UTF-8. An UTF-8 byte order mark and Excel's line "sep=;" are no part of the table; empty lines are passed
// over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/rapport/publish/line_reader.h"

namespace rapport {

// `latin1` is read as Windows-1252, which has it all but for control characters that nobody writes.
enum class TextEncoding : std::uint8_t { utf8, latin1 };

// Not a quote, nor a byte of a longer character, which would cut others in two.
bool is_separator(char c);

struct CsvOptions {
  std::optional<char> separator;  // absent: the header's most frequent one
  TextEncoding encoding = TextEncoding::utf8;
};

class CsvReader {
 public:
  struct Record {
    std::uint64_t line = 0;  // where it begins
    std::vector<std::string> cells;
    std::string text;  // as it stands in the file, without its last line end
    std::string fault;
  };

  // Reads the header. Errors: those of LineReader; wrong_format: no header, or one that is not text of that encoding.
  [[nodiscard]] static Result<CsvReader> open(const std::string& path, CsvOptions options);

  const Record& header() const { return header_; }

  // The next record, or nothing at the end. Errors: those of LineReader; wrong_format: a quote that is never closed,
  // for what stands behind it cannot be told apart any more.
  [[nodiscard]] Result<std::optional<Record>> next();

  const LineReader& lines() const { return lines_; }

 private:
  CsvReader(LineReader lines, CsvOptions options, std::string path)
      : lines_(std::move(lines)), options_(options), path_(std::move(path)) {}

  Result<void> read_header();
  // The record that begins with `text`, in that line; reads on while a quote is open.
  Result<Record> record_from(std::uint64_t line, std::string text);

  LineReader lines_;
  CsvOptions options_;
  std::string path_;
  Record header_;
};

}  // namespace rapport

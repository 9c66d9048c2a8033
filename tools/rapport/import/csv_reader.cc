#include "tools/rapport/import/csv_reader.h"

#include <algorithm>
#include <array>

#include "events/text.h"
#include "tools/rapport/publish/byte_order_mark.h"

namespace rapport {
namespace {

constexpr std::size_t kRecordSizeMax = kLineSizeMax;

// U+0080..U+009F of Windows-1252 (unicode.org, MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT); five bytes have no meaning.
constexpr std::array<char16_t, 32> kWindows1252{0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
                                                0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

std::string from_latin1(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    char16_t code = byte;
    if (byte >= 0x80 && byte < 0xA0) code = kWindows1252[byte - 0x80];
    if (code < 0x80) {
      out += c;
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | code >> 12);
      out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return out;
}

// The first byte that is no UTF-8, for a person.
std::string not_utf8(std::string_view text) {
  while (const std::size_t size = character_size(text)) text.remove_prefix(size);
  constexpr const char* kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(text.front());
  return std::string("is not UTF-8, at the byte 0x") + kDigits[byte >> 4] + kDigits[byte & 0xF] +
         " (of Excel or Windows: --encoding latin1)";
}

// Whether what was fed so far ends inside a quoted cell.
class QuoteScan {
 public:
  explicit QuoteScan(char separator) : separator_(separator) {}

  void feed(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (open_) {
        if (text[i] != '"') continue;
        if (i + 1 < text.size() && text[i + 1] == '"') {
          ++i;
        } else {
          open_ = false;
        }
      } else if (text[i] == '"' && cell_begins_) {
        open_ = true;
        cell_begins_ = false;
      } else {
        cell_begins_ = text[i] == separator_;
      }
    }
  }

  bool open() const { return open_; }

 private:
  char separator_;
  bool open_ = false, cell_begins_ = true;
};

// Cells of a whole record. `fault` where something stands behind a closing quote.
void cut(CsvReader::Record& record, std::string_view text, char separator) {
  std::size_t at = 0;
  while (true) {
    std::string& cell = record.cells.emplace_back();
    if (at < text.size() && text[at] == '"') {
      for (++at; at < text.size(); ++at) {
        if (text[at] != '"') {
          cell += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          cell += text[at++];
        } else {
          break;
        }
      }
      ++at;  // the closing quote
      if (at < text.size() && text[at] != separator) {
        record.fault = "cell " + std::to_string(record.cells.size()) + " goes on behind its closing quote";
        return;
      }
    } else {
      const std::size_t end = std::min(text.find(separator, at), text.size());
      cell = text.substr(at, end - at);
      at = end;
    }
    if (at >= text.size()) return;
    ++at;  // the separator
  }
}

char separator_of(std::string_view header) {
  constexpr std::string_view kSeparators = ",;\t|";
  char best = ',';
  std::ptrdiff_t most = 0;
  std::string plain;
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    if (!quoted) plain += c;
  }
  for (const char separator : kSeparators) {
    const auto count = std::count(plain.begin(), plain.end(), separator);
    if (count > most) {
      most = count;
      best = separator;
    }
  }
  return best;
}

}  // namespace

bool is_separator(char c) { return static_cast<unsigned char>(c) < 0x80 && c != '"'; }

Result<CsvReader> CsvReader::open(const std::string& path, CsvOptions options) {
  auto lines = LineReader::open(path);
  if (!lines) return lines.error();
  CsvReader reader(std::move(*lines), options, path);
  RAPPORT_TRY(reader.read_header());
  return reader;
}

Result<void> CsvReader::read_header() {
  const auto wrong = [&](std::string why) { return Error{Errc::wrong_format, std::move(why), path_}; };
  bool first = true;
  while (true) {
    auto line = lines_.next();
    if (!line) return line.error();
    if (!*line) return wrong("has no header");
    const bool has_mark = first && take_byte_order_mark((*line)->text);
    std::string text((*line)->text);
    if (first) {
      if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        return wrong("is UTF-16: iconv -f UTF-16 -t UTF-8 makes it readable");
      }
      if (has_mark) options_.encoding = TextEncoding::utf8;
    }
    if (text.find('\r') != std::string::npos) return wrong("its lines end with a carriage return alone");
    constexpr std::string_view kExcel = "sep=";
    if (first && text.starts_with(kExcel) && text.size() == kExcel.size() + 1) {
      if (!is_separator(text.back())) return wrong("its first line, sep=, names no separator");
      if (!options_.separator) options_.separator = text.back();
      first = false;
      continue;
    }
    first = false;
    if (text.empty()) continue;
    if (!options_.separator) options_.separator = separator_of(text);
    auto record = record_from((*line)->number, std::move(text));
    if (!record) return record.error();
    if (!record->fault.empty()) return wrong("its header " + record->fault);
    header_ = *std::move(record);
    return {};
  }
}

Result<std::optional<CsvReader::Record>> CsvReader::next() {
  while (true) {
    auto line = lines_.next();
    if (!line) return line.error();
    if (!*line) return std::optional<Record>{};
    if ((*line)->text.empty()) continue;
    const std::uint64_t number = (*line)->number;
    if ((*line)->too_long) {
      return Record{.line = number, .cells = {}, .text = std::string((*line)->text), .fault = "is too long"};
    }
    auto record = record_from(number, std::string((*line)->text));
    if (!record) return record.error();
    return std::optional<Record>(*std::move(record));
  }
}

Result<CsvReader::Record> CsvReader::record_from(std::uint64_t line, std::string text) {
  const char separator = *options_.separator;
  QuoteScan quotes(separator);
  quotes.feed(text);
  while (quotes.open()) {
    auto more = lines_.next();
    if (!more) return more.error();
    if (!*more || text.size() + (*more)->text.size() >= kRecordSizeMax) {
      return Error{Errc::wrong_format, "a quote that begins here is never closed", "line " + std::to_string(line)};
    }
    // As the line reader leaves out one, so "\r\r\n", which a file opened twice as text has, is a line end as well.
    while (text.back() == '\r') text.pop_back();
    text.append("\n").append((*more)->text);
    quotes.feed((*more)->text);
  }
  Record record{.line = line, .cells = {}, .text = text, .fault = {}};
  if (options_.encoding == TextEncoding::latin1) {
    text = from_latin1(text);
  } else if (!is_utf8(text)) {
    record.fault = not_utf8(text);
    return record;
  }
  cut(record, text, separator);
  return record;
}

}  // namespace rapport

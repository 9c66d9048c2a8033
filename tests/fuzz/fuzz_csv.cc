#include <sys/mman.h>
#include <unistd.h>

#include "events/event_decoder.h"
#include "events/event_encoder.h"
#include "events/text.h"
#include "tests/fuzz/fuzz_target.h"
#include "tools/rapport/import/contact_table.h"
#include "tools/rapport/import/csv_reader.h"
#include "tools/rapport/import/table_date.h"

namespace rapport {
namespace {

// A file in memory, since tables are read from files.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("table", 0)) {
    require(descriptor_ >= 0 && ::write(descriptor_, bytes.data(), bytes.size()) == std::ssize(bytes),
            "a file in memory takes what is written");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

std::string quoted(const std::vector<std::string>& cells) {
  std::string out;
  for (const std::string& cell : cells) {
    out += out.empty() ? "\"" : ",\"";
    for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  return out;
}

// What a reader made of a table is read alike from a table that is written of it.
void read_again(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const auto& cells : rows) text += quoted(cells) + "\n";
  const MemoryFile file(text);
  auto reader = CsvReader::open(file.path(), {.separator = ',', .encoding = TextEncoding::utf8});
  require(reader.has_value(), "a header that was read can be read again: " + text);
  require(reader->header().cells == rows.front(), "the header is read alike");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto record = reader->next();
    require(record && *record && (*record)->fault.empty(), "a row that was read can be read again");
    require((*record)->cells == rows[i], "a row is read alike");
  }
  const auto end = reader->next();
  require(end && !*end, "there is no other row");
}

void check_dates(const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) {
    if (const auto date = parse_table_date(cell)) {
      require(parse_table_date(format_timestamp(*date)).value() == *date, "a date is what it is shown as");
    }
  }
}

void check_contact(const ContactTable& table, const std::vector<std::string>& cells) {
  const auto contact = table.contact(cells);
  if (!contact) return;
  const auto events = events_of(*contact, {});
  if (!events) return;
  static EventDecoder decoder;
  for (const Event& event : *events) {
    const std::string line = encode_event(event);
    const auto read = decoder.decode(line);
    // A column's name may be no field's, which the server says of each row.
    require(read.has_value() || read.error().field.starts_with("data"), "what is imported is an event: " + line);
  }
}

}  // namespace

void fuzz_csv(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto how = static_cast<unsigned char>(bytes.front());
  const MemoryFile file(bytes.substr(1));
  auto reader = CsvReader::open(file.path(), {.separator = how & 1 ? std::optional(';') : std::nullopt,
                                              .encoding = how & 2 ? TextEncoding::latin1 : TextEncoding::utf8});
  if (!reader) return;
  std::vector<std::vector<std::string>> rows{reader->header().cells};
  const auto table = ContactTable::make(rows.front(), {.key = rows.front().front(), .clear = (how & 4) != 0});
  std::uint64_t line = reader->header().line;
  while (true) {
    const auto record = reader->next();
    if (!record || !*record) break;
    require((*record)->line > line, "records come in the order of their lines");
    line = (*record)->line;
    if (!(*record)->fault.empty()) continue;
    const auto& cells = rows.emplace_back((*record)->cells);
    for (const std::string& cell : cells) require(is_utf8(cell), "a cell is UTF-8");
    check_dates(cells);
    if (table) check_contact(*table, cells);
  }
  read_again(rows);
}

}  // namespace rapport

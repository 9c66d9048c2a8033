// rapport import csv and rapport import contacts: what a table of contacts holds.
#include <sys/stat.h>

#include <fstream>
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/import/contact_dump.h"
#include "tools/rapport/import/contact_import.h"
#include "tools/rapport/import/contact_table.h"
#include "tools/rapport/import/csv_reader.h"
#include "tools/rapport/terminal/moment.h"

namespace rapport {
namespace {

constexpr const char* kAgain =
    "Safe to run again: the same contacts give the same events, which fold once. Nothing that was written later than "
    "the\n"
    "table is so (--time, --at) is overwritten. `rapport revert --source` takes an import back.";

struct ContactArguments {
  ServerOptions server;
  std::string file, rejects, at;
  ImportedContactOptions contacts;
  bool dry_run = false;
};

struct CsvArguments : ContactArguments {
  ContactTableOptions table;
  std::string separator, encoding = "utf-8";
};

struct DumpArguments : ContactArguments {
  ContactDumpOptions dump;
};

// Since when the table is so: what --at says, else the file's own time, which is not ahead of now.
Result<Timestamp> time_of_file(const ContactArguments& arguments) {
  const Timestamp now = now_wall_clock();
  if (!arguments.at.empty()) {
    const auto at = parse_moment(arguments.at, now);
    if (!at) return Error{at.error().code, at.error().detail, "--at"};
    return *at;
  }
  struct stat status {};
  if (arguments.file == "-" || ::stat(arguments.file.c_str(), &status) != 0) return now;
  const Timestamp written{status.st_mtim.tv_sec * 1'000 + status.st_mtim.tv_nsec / 1'000'000};
  return std::min(written, now);
}

Result<std::unique_ptr<ContactImport>> open_import(const ContactArguments& arguments, const char* counted,
                                                   std::string_view header) {
  std::optional<ApiClient> api;
  if (!arguments.dry_run) {
    auto connected = arguments.server.connect();
    if (!connected) return connected.error();
    api.emplace(std::move(*connected));
  }
  return ContactImport::open(std::move(api),
                             {.contacts = arguments.contacts,
                              .counted = counted,
                              .rejects = arguments.rejects,
                              .as_json = arguments.server.json},
                             header);
}

// "\t" as a shell's user types it.
Result<std::optional<char>> separator_of(const std::string& text) {
  if (text.empty()) return std::optional<char>{};
  if (text == "\\t" || text == "tab") return std::optional<char>('\t');
  if (text.size() == 1 && is_separator(text[0])) return std::optional<char>(text[0]);
  return Error{Errc::invalid_argument, "is one character, or tab", "--separator"};
}

Result<ExitCode> import_csv(CsvArguments arguments) {
  const auto separator = separator_of(arguments.separator);
  if (!separator) return separator.error();
  const auto at = time_of_file(arguments);
  if (!at) return at.error();
  arguments.table.at = *at;
  const auto encoding = arguments.encoding == "latin1" ? TextEncoding::latin1 : TextEncoding::utf8;
  auto reader = CsvReader::open(arguments.file, {.separator = *separator, .encoding = encoding});
  if (!reader) return reader.error();
  const auto table = ContactTable::make(reader->header().cells, arguments.table);
  if (!table) return table.error();
  auto import = open_import(arguments, "line", reader->header().text);
  if (!import) return import.error();
  while (true) {
    auto record = reader->next();
    if (!record) return record.error();
    if (!*record) return (*import)->finish();
    const auto contact = (*record)->fault.empty()
                             ? table->contact((*record)->cells)
                             : Result<ImportedContact>(Error{Errc::wrong_format, (*record)->fault});
    const LineReader& lines = reader->lines();
    const double part =
        lines.size_bytes() == 0 ? 0 : static_cast<double>(lines.bytes_read()) / static_cast<double>(lines.size_bytes());
    RAPPORT_TRY((*import)->add((*record)->line, (*record)->text, contact, part));
  }
}

Result<ExitCode> import_dump(DumpArguments arguments) {
  const auto at = time_of_file(arguments);
  if (!at) return at.error();
  arguments.dump.at = *at;
  std::ifstream file;
  if (arguments.file != "-") {
    file.open(arguments.file, std::ios::binary);
    if (!file) return Error{Errc::not_found, "cannot be read", arguments.file};
  }
  auto import = open_import(arguments, "contact", "");
  if (!import) return import.error();
  std::uint64_t number = 0;
  const auto take = [&](const boost::json::object& contact) {
    const std::string as_read = arguments.rejects.empty() ? std::string() : boost::json::serialize(contact);
    return (*import)->add(++number, as_read, read_contact(contact, arguments.dump));
  };
  std::istream& in = arguments.file == "-" ? std::cin : file;
  const auto read = each_contact(in, arguments.dump.key, take);
  if (!read) {
    const bool is_of_file = read.error().code == Errc::invalid_json || in.bad();
    return is_of_file ? Error{read.error().code, read.error().detail, arguments.file} : read.error();
  }
  return (*import)->finish();
}

void add_contact_options(CLI::App& command, ContactArguments& arguments, const char* what) {
  command.add_option("file", arguments.file, what)->required();
  command.add_flag("--dry-run", arguments.dry_run, "Print the events, one a line, and send nothing");
  command.add_option("--rejects", arguments.rejects,
                     "Write what was left out here, as it stands, to be corrected and imported again");
  command
      .add_option("--source", arguments.contacts.source,
                  "The events' source; one of its own for each import lets revert take back that one")
      ->capture_default_str();
  command
      .add_option("--channel", arguments.contacts.channel,
                  "Contacts become identities of it, CHANNEL:KEY; name the system that they are of")
      ->capture_default_str();
  command.add_flag("--keep-ids", arguments.contacts.keep_ids,
                   "The key is the contact's id here, too: for an engine that has given out none");
  command.add_option(
      "--at", arguments.at,
      "Since when a contact is so that does not say it: a time, or \"2h ago\"; the file's own time unless "
      "told");
  command.footer(kAgain);
}

void add_csv(CLI::App& import, Run& run) {
  const auto arguments = std::make_shared<CsvArguments>();
  arguments->contacts.source = "import/csv";
  CLI::App& csv = *import.add_subcommand("csv", "A table of contacts: each column a field, each row a contact");
  add_contact_options(csv, *arguments, "The table, plain or gzip, with a header; - is standard input");
  csv.add_option(
         "--map", arguments->table.map,
         "COLUMN=FIELD gives a column's field another name, COLUMN:=FIELD says that its cells are JSON (42, true), "
         "COLUMN= leaves it out; repeat it")
      ->allow_extra_args(false);
  csv.add_flag("--only-mapped", arguments->table.only_mapped, "Leave out columns that --map does not name");
  csv.add_option("--key", arguments->table.key, "The column that tells contacts apart; id, else email, unless told");
  csv.add_option("--time", arguments->table.time, "The column that says when the row was last changed");
  csv.add_option("--created", arguments->table.created, "The column that says since when the contact is there");
  csv.add_option("--tags", arguments->table.tags, "The column of tags, with , ; or | between them");
  csv.add_flag("--clear", arguments->table.clear, "An empty cell removes the field; else it says nothing");
  csv.add_option("--separator", arguments->separator, "What stands between cells; found in the header unless told");
  csv.add_option("--encoding", arguments->encoding, "Of the text: utf-8 or latin1 (with Windows-1252)")
      ->check(CLI::IsMember({"utf-8", "latin1"}))
      ->capture_default_str();
  add_server_options(csv, arguments->server);
  on_run(csv, run, [arguments] { return import_csv(*arguments); });
}

void add_dump(CLI::App& import, Run& run) {
  const auto arguments = std::make_shared<DumpArguments>();
  CLI::App& dump =
      *import.add_subcommand("contacts", "Contacts as JSON: lists of the compatible API or of /v1, or rows of a table");
  add_contact_options(dump, *arguments, "JSON, of any number of documents; - is standard input");
  dump.add_option("--key", arguments->dump.key, "The member that tells contacts apart")->capture_default_str();
  dump.add_option("--time", arguments->dump.time, "The member that says when it was last changed")
      ->capture_default_str();
  dump.add_option("--created", arguments->dump.created, "The member that says since when the contact is there")
      ->capture_default_str();
  dump.add_option("--tags", arguments->dump.tags, "The member that has the tags, an array")->capture_default_str();
  dump.add_flag("--clear", arguments->dump.clear, "A field that is null is removed; else it says nothing");
  add_server_options(dump, arguments->server);
  on_run(dump, run, [arguments] { return import_dump(*arguments); });
}

}  // namespace

void add_contact_imports(CLI::App& import, Run& run) {
  add_csv(import, run);
  add_dump(import, run);
}

}  // namespace rapport

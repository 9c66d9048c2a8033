#include "tools/rapport/manual.h"

#include <string>
#include <string_view>

#include "tools/rapport/command.h"
#include "tools/rapport/command_line.h"
#include "tools/rapport/examples.h"

namespace rapport {
namespace {

// What roff would take for its own is put out of its reach; no line begins with a request.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c == '\n' ? ' ' : c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void write_options(std::ostream& out, const CLI::App& app) {
  for (const CLI::Option* option : options_of(app)) {
    const bool is_argument = option->get_lnames().empty() && option->get_snames().empty();
    const bool takes_value = option->get_items_expected_max() > 0;
    out << ".TP\n.B " << plain(is_argument ? option->get_name(true) : option->get_name(false, true));
    if (!is_argument && takes_value) out << "\\fR " << plain(option->get_type_name());
    out << "\n" << plain(option->get_description());
    if (!option->get_default_str().empty()) out << plain(". Default: " + option->get_default_str());
    if (!option->get_envname().empty()) out << plain(". Environment: " + option->get_envname());
    out << "\n";
  }
}

void write_examples(std::ostream& out, std::string_view path) {
  for (const Example& one : examples_of(path)) {
    out << ".PP\n.nf\n    rapport " << plain(one.line) << "\n.fi\n";
    if (!one.what.empty()) out << ".RS 8\n" << plain(one.what) << "\n.RE\n";
  }
}

void write_command(std::ostream& out, const CLI::App& app, const std::string& path) {
  const auto commands = commands_of(app);
  if (commands.empty()) {
    out << ".SS " << plain("rapport " + path) << "\n" << plain(app.get_description()) << ".\n";
    write_examples(out, path);
    write_options(out, app);
  }
  for (const CLI::App* command : commands) write_command(out, *command, path + " " + command->get_name());
}

}  // namespace

void write_manual(std::ostream& out, const CLI::App& program) {
  out << ".TH RAPPORT 1 \"\" " << plain(std::string("\"rapport ") + kProgramVersion + "\"")
      << "\n.SH NAME\nrapport \\- " << plain(program.get_description())
      << "\n.SH SYNOPSIS\n.B rapport\n.I COMMAND\n[OPTIONS]\n.SH EXAMPLES\n";
  write_examples(out, "");
  out << ".SH COMMANDS\n";
  for (const CLI::App* command : commands_of(program)) write_command(out, *command, command->get_name());
  out << ".SH ENVIRONMENT\n.B RAPPORT_URL\nand\n.B RAPPORT_KEY\nare the server and the key of every command that asks "
         "one; an option comes before its variable, that before a configuration file, that before the default.\n"
         ".B NO_COLOR\nand\n.B CLICOLOR_FORCE\nare heeded.\n"
         ".SH EXIT STATUS\n0 done, 1 the answer is no, 2 usage, 3 no server answers, 4 refused, 130 interrupted.\n";
}

}  // namespace rapport

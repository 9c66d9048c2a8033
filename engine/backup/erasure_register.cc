#include "engine/backup/erasure_register.h"

#include <boost/json.hpp>

#include "events/json_writer.h"
#include "projections/store/durable_file.h"

namespace rapport {

namespace json = boost::json;

Result<void> add_to_erasure_register(const std::filesystem::path& file, LogId log, std::span<const ContactId> contacts,
                                     Timestamp when) {
  RAPPORT_TRY(make_directories(file.parent_path()));
  auto text = read_text(file);
  if (!text) return text.error();
  std::string lines = text->value_or("");
  for (const ContactId contact : contacts) {
    JsonWriter out(lines);
    out.begin_object().key("log").string(to_string(log)).key("contact").number(contact.value);
    out.key("when").time(when).end_object();
    lines += '\n';
  }
  return replace_text(file, lines);
}

Result<std::vector<ContactId>> read_erasure_register(const std::filesystem::path& file, LogId log) {
  const auto text = read_text(file);
  if (!text) return text.error();
  std::vector<ContactId> out;
  std::string_view left = *text ? std::string_view(**text) : std::string_view();
  for (std::size_t number = 1; !left.empty(); ++number) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (line.empty()) continue;
    std::error_code failed;
    const json::value said = json::parse(std::string(line), failed);
    const json::object* object = failed ? nullptr : said.if_object();
    const json::value* of_log = object ? object->if_contains("log") : nullptr;
    const json::value* contact = object ? object->if_contains("contact") : nullptr;
    if (!of_log || !of_log->is_string() || !contact || !contact->is_int64() || contact->get_int64() <= 0) {
      return Error{Errc::corrupt, "line " + std::to_string(number) + " does not name an erased contact", file.string()};
    }
    if (of_log->get_string() == to_string(log)) {
      out.push_back(ContactId{static_cast<std::uint64_t>(contact->get_int64())});
    }
  }
  return out;
}

}  // namespace rapport

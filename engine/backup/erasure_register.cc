#include "engine/backup/erasure_register.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "engine/log/erased_contacts.h"
#include "events/event_encoder.h"
#include "events/json_writer.h"
#include "projections/store/durable_file.h"

namespace rapport {

namespace json = boost::json;

namespace {

Result<void> erase(EventLog& log, ContactId contact) {
  const Event event =
      make_event(make_event_id(), "rapport/restore", EventType::contact_erased, contact, std::nullopt, ContactErased{});
  const std::string key = to_string(event.subject);
  // In clear, as contact.erased stands in any log.
  const auto appended = append_and_wait(log, {{log.partition_of(key), key, encode_event(event)}});
  if (!appended) return appended.error();
  return log.seal() == nullptr ? Result<void>() : log.seal()->keys().destroy({&contact, 1}, now_wall_clock());
}

// Of those that the register names, whoever is there still.
Result<std::vector<ContactId>> left_of(EventLog& log, const std::filesystem::path& file) {
  if (log.seal() == nullptr) {
    const auto named = read_erasure_register(file, std::array{log.id()});
    if (!named || named->empty()) return named;
    const auto left = left_in(log, *named);
    if (!left) return left.error();
    return std::vector<ContactId>(left->begin(), left->end());
  }
  const auto logs = log.seal()->keys().logs();
  if (!logs) return logs.error();
  auto named = read_erasure_register(file, *logs);
  if (!named) return named;
  std::vector<ContactId> left;
  for (const ContactId contact : *named) {
    const auto key = log.seal()->keys().find(contact);
    if (!key) return key.error();
    if (key->state == KeyState::there) left.push_back(contact);
  }
  return left;
}

// Of lines, as the file has them.
Result<std::vector<ContactId>> contacts_named(std::string_view left, const std::filesystem::path& file,
                                              std::span<const LogId> logs) {
  std::vector<ContactId> out;
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
    const auto is_its = [&](LogId log) { return of_log->get_string() == to_string(log); };
    if (std::any_of(logs.begin(), logs.end(), is_its)) {
      out.push_back(ContactId{static_cast<std::uint64_t>(contact->get_int64())});
    }
  }
  return out;
}

}  // namespace

Result<void> add_to_erasure_register(const std::filesystem::path& file, LogId log, std::span<const ContactId> contacts,
                                     Timestamp when) {
  RAPPORT_TRY(make_directories(file.parent_path()));
  const auto text = read_text(file);
  if (!text) return text.error();
  const std::string before = text->value_or("");
  const auto named = contacts_named(before, file, {&log, 1});
  if (!named) return named.error();
  std::string lines = before;
  for (const ContactId contact : contacts) {
    if (std::find(named->begin(), named->end(), contact) != named->end()) continue;
    JsonWriter out(lines);
    out.begin_object().key("log").string(to_string(log)).key("contact").number(contact.value);
    out.key("when").time(when).end_object();
    lines += '\n';
  }
  return lines == before ? Result<void>() : replace_text(file, lines);
}

Result<std::vector<ContactId>> read_erasure_register(const std::filesystem::path& file, std::span<const LogId> logs) {
  const auto text = read_text(file);
  if (!text) return text.error();
  return contacts_named(text->value_or(""), file, logs);
}

Result<std::uint64_t> apply_erasure_register(const std::filesystem::path& file, EventLog& log) {
  const auto left = left_of(log, file);
  if (!left) return left.error();
  for (const ContactId contact : *left) RAPPORT_TRY(erase(log, contact));
  return left->size();
}

}  // namespace rapport

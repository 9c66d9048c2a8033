#include "engine/group/member_rows.h"

#include <boost/json.hpp>

#include "events/bytes_text.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

namespace json = boost::json;

Error not_understood(std::string_view what) {
  return {Errc::invalid_argument, "a member says what are no " + std::string(what)};
}

std::uint64_t number_of(const json::value& value) { return value.to_number<std::uint64_t>(); }

std::vector<ContactId> contacts_of(const json::value& value) {
  std::vector<ContactId> out;
  for (const json::value& id : value.as_array()) out.push_back(ContactId{number_of(id)});
  return out;
}

// Throws what Boost does where it is none.
std::string bytes_of(const json::value& value) {
  const json::string& text = value.as_string();
  auto bytes = from_base64url({text.data(), text.size()});
  if (!bytes) throw std::invalid_argument("no base64url");
  return *std::move(bytes);
}

template <class T, class Read>
Result<T> parse(std::string_view text, std::string_view what, Read read) {
  try {
    return read(json::parse({text.data(), text.size()}));
  } catch (const std::exception&) {
    return not_understood(what);
  }
}

}  // namespace

std::string encode_rows_wanted(const RowsWanted& wanted) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("contacts").begin_array();
  for (const ContactId id : wanted.contacts) out.number(id.value);
  out.end_array().key("states").boolean(wanted.states_alone);
  out.key("fold").number(std::uint64_t{kFoldVersion}).end_object();
  return text;
}

Result<RowsWanted> decode_rows_wanted(std::string_view text) {
  return parse<RowsWanted>(text, "contacts wanted", [](const json::value& from) -> Result<RowsWanted> {
    if (number_of(from.at("fold")) != kFoldVersion) {
      return Error{Errc::unreachable, "members fold by different versions: rows are not lent until all are upgraded"};
    }
    return RowsWanted{contacts_of(from.at("contacts")), from.at("states").as_bool()};
  });
}

std::string encode_lent(const LentRows& lent) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("contacts").begin_array();
  for (const auto& [id, rows] : lent) {
    out.begin_object().key("id").number(id.value).key("rows").begin_array();
    for (const auto& [key, value] : rows) {
      out.begin_array().string(to_base64url(key)).string(to_base64url(value)).end_array();
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
  return text;
}

Result<LentRows> decode_lent(std::string_view text) {
  return parse<LentRows>(text, "rows of contacts", [](const json::value& from) -> Result<LentRows> {
    LentRows out;
    for (const json::value& contact : from.at("contacts").as_array()) {
      StoredRows& rows = out[ContactId{number_of(contact.at("id"))}];
      for (const json::value& row : contact.at("rows").as_array()) {
        rows.emplace_back(bytes_of(row.as_array().at(0)), bytes_of(row.as_array().at(1)));
      }
    }
    return out;
  });
}

}  // namespace rapport

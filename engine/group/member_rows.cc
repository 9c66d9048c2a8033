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

std::optional<std::uint64_t> number_or_null(const json::value& value) {
  return value.is_null() ? std::nullopt : std::optional(number_of(value));
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

void write_contacts(JsonWriter& out, const std::vector<ContactId>& contacts) {
  out.key("contacts").begin_array();
  for (const ContactId id : contacts) out.number(id.value);
  out.end_array();
}

void write_moment(JsonWriter& out, const std::optional<std::uint64_t>& moment) {
  out.key("moment");
  moment ? out.number(*moment) : out.null();
}

}  // namespace

std::string encode_rows_wanted(const RowsWanted& wanted) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_contacts(out, wanted.contacts);
  out.key("states").boolean(wanted.states_alone).key("fold").number(std::uint64_t{kFoldVersion});
  write_moment(out, wanted.moment);
  out.end_object();
  return text;
}

Result<RowsWanted> decode_rows_wanted(std::string_view text) {
  return parse<RowsWanted>(text, "contacts wanted", [](const json::value& from) -> Result<RowsWanted> {
    if (number_of(from.at("fold")) != kFoldVersion) {
      return Error{Errc::unreachable, "members fold by different versions: rows are not lent until all are upgraded"};
    }
    return RowsWanted{contacts_of(from.at("contacts")), from.at("states").as_bool(), number_or_null(from.at("moment"))};
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

std::string encode_links_wanted(const LinksWanted& wanted) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_contacts(out, wanted.contacts);
  write_moment(out, wanted.moment);
  out.end_object();
  return text;
}

Result<LinksWanted> decode_links_wanted(std::string_view text) {
  return parse<LinksWanted>(text, "links wanted", [](const json::value& from) -> Result<LinksWanted> {
    return LinksWanted{contacts_of(from.at("contacts")), number_or_null(from.at("moment"))};
  });
}

std::string encode_links(const LinksTold& told) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("moment").number(told.moment).key("links").begin_array();
  for (const MergeLink& link : told.links) {
    out.begin_array().number(link.loser.value).number(link.survivor.value).end_array();
  }
  out.end_array().end_object();
  return text;
}

Result<LinksTold> decode_links(std::string_view text) {
  return parse<LinksTold>(text, "links of merges", [](const json::value& from) -> Result<LinksTold> {
    LinksTold out{number_of(from.at("moment")), {}};
    for (const json::value& link : from.at("links").as_array()) {
      out.links.push_back({ContactId{number_of(link.as_array().at(0))}, ContactId{number_of(link.as_array().at(1))}});
    }
    return out;
  });
}

}  // namespace rapport

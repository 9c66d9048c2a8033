#include "engine/group/member_rows.h"

#include <boost/json.hpp>

#include "engine/group/member_json.h"
#include "events/bytes_text.h"

namespace rapport {
namespace {

namespace json = boost::json;

// All that read throw what Boost does where it is none.
std::uint64_t number_of(const json::value& value) { return value.to_number<std::uint64_t>(); }

std::optional<MomentNumber> moment_or_null(const json::value& value) {
  return value.is_null() ? std::nullopt : std::optional(number_of(value));
}

std::string bytes_of(const json::value& value) {
  const json::string& text = value.as_string();
  auto bytes = from_base64url({text.data(), text.size()});
  if (!bytes) throw std::invalid_argument("no base64url");
  return *std::move(bytes);
}

LentRows rows_of(const json::value& value) {
  LentRows out;
  for (const json::value& contact : value.as_array()) {
    StoredRows& rows = out[contact_id_of(contact.at("id"))];
    for (const json::value& row : contact.at("rows").as_array()) {
      rows.emplace_back(bytes_of(row.as_array().at(0)), bytes_of(row.as_array().at(1)));
    }
  }
  return out;
}

Result<void> check_fold_version(const json::value& from) {
  if (number_of(from.at("fold")) == kFoldVersion) return {};
  return Error{Errc::unreachable, "members fold by different versions: rows are not lent until all are upgraded"};
}

void write_moment(JsonWriter& out, const std::optional<MomentNumber>& moment) {
  out.key("moment");
  moment ? out.number(*moment) : out.null();
}

void write_fold_version(JsonWriter& out) { out.key("fold").number(std::uint64_t{kFoldVersion}); }

void write_rows(JsonWriter& out, const LentRows& lent) {
  out.key("contacts").begin_array();
  for (const auto& [id, rows] : lent) {
    out.begin_object().key("id").number(id.value).key("rows").begin_array();
    for (const auto& [key, value] : rows) {
      out.begin_array().string(to_base64url(key)).string(to_base64url(value)).end_array();
    }
    out.end_array().end_object();
  }
  out.end_array();
}

template <class Write>
std::string object_text(Write write) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write(out);
  out.end_object();
  return text;
}

}  // namespace

Error too_much_to_lend() {
  return {Errc::too_large, "more than " + std::to_string(kLentContactsMax) + " contacts or " +
                               std::to_string(kLentBytesMax >> 20) + " MiB of other instances are merged with it"};
}

Error too_many_families() {
  return {Errc::overloaded, "more than " + std::to_string(kLentContactsMax) + " contacts, or " +
                                std::to_string(kLentBytesMax >> 20) +
                                " MiB of them, are merged across instances: no list can be made of so many"};
}

std::string encode_rows_wanted(const RowsWanted& wanted) {
  return object_text([&](JsonWriter& out) {
    write_contact_ids(out, "contacts", wanted.contacts);
    out.key("states").boolean(wanted.states_alone);
    write_moment(out, wanted.moment);
    write_fold_version(out);
  });
}

Result<RowsWanted> decode_rows_wanted(std::string_view text) {
  return read_member_json(text, not_understood("wish for rows"), [](const json::value& from) -> Result<RowsWanted> {
    RAPPORT_TRY(check_fold_version(from));
    return RowsWanted{contact_ids_of(from.at("contacts")), from.at("states").as_bool(),
                      moment_or_null(from.at("moment"))};
  });
}

std::string encode_lent(const LentRows& lent) {
  return object_text([&](JsonWriter& out) { write_rows(out, lent); });
}

Result<LentRows> decode_lent(std::string_view text) {
  return read_member_json(text, not_understood("list of rows"),
                          [](const json::value& from) -> Result<LentRows> { return rows_of(from.at("contacts")); });
}

std::string encode_links_wanted(const std::optional<MomentNumber>& moment) {
  return object_text([&](JsonWriter& out) { write_moment(out, moment); });
}

Result<std::optional<MomentNumber>> decode_links_wanted(std::string_view text) {
  using Moment = std::optional<MomentNumber>;
  return read_member_json(text, not_understood("wish for links"),
                          [](const json::value& from) -> Result<Moment> { return moment_or_null(from.at("moment")); });
}

std::string encode_links(const LinksTold& told) {
  return object_text([&](JsonWriter& out) {
    out.key("moment").number(told.moment);
    write_contact_ids(out, "leadTo", told.lead_to);
  });
}

Result<LinksTold> decode_links(std::string_view text) {
  return read_member_json(text, not_understood("list of links"), [](const json::value& from) -> Result<LinksTold> {
    return LinksTold{number_of(from.at("moment")), contact_ids_of(from.at("leadTo"))};
  });
}

std::string encode_families_wanted(const FamiliesWanted& wanted) {
  return object_text([&](JsonWriter& out) {
    write_contact_ids(out, "contacts", wanted.contacts);
    out.key("moment").number(wanted.moment).key("rest").boolean(wanted.rest);
    write_fold_version(out);
  });
}

Result<FamiliesWanted> decode_families_wanted(std::string_view text) {
  return read_member_json(text, not_understood("family wish"), [](const json::value& from) -> Result<FamiliesWanted> {
    RAPPORT_TRY(check_fold_version(from));
    return FamiliesWanted{contact_ids_of(from.at("contacts")), number_of(from.at("moment")), from.at("rest").as_bool()};
  });
}

std::string encode_families(const FamiliesTold& told) {
  return object_text([&](JsonWriter& out) {
    out.key("rest").number(told.rest);
    write_rows(out, told.states);
  });
}

Result<FamiliesTold> decode_families(std::string_view text) {
  return read_member_json(text, not_understood("family list"), [](const json::value& from) -> Result<FamiliesTold> {
    return FamiliesTold{number_of(from.at("rest")), rows_of(from.at("contacts"))};
  });
}

}  // namespace rapport

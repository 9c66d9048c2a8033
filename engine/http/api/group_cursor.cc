#include "engine/http/api/group_cursor.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/group/member_json.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/contact_list_request.h"
#include "engine/http/api/request_values.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

namespace json = boost::json;

Error of_another_list() { return {Errc::invalid_argument, "is of another list", "cursor"}; }

// Throws what Boost does where it is none.
Result<FamiliesPlace> families_place_of(const json::value& read) {
  FamiliesPlace out;
  if (const json::value& after = read.at("after"); !after.is_null()) {
    out.after = contact_id_of(after);
  }
  for (const json::value& member : read.at("moments").as_array()) {
    const json::array& row = member.as_array();
    auto partitions = parse_partitions(string_of(row.at(1)));
    if (!partitions) return partitions.error();
    const auto whole = row.at(2).to_number<MomentNumber>();
    out.owners[string_of(row.at(0))] = {*std::move(partitions), whole, whole};
  }
  return out;
}

bool is_left(const GroupListPart& part) { return part.shown < part.rows.size() || part.more; }

void write_families_place(JsonWriter& out, const FamiliesPlace& place, const GroupListPart& part) {
  const auto after = part.shown == 0 ? place.after : std::optional(part.rows[part.shown - 1].place.id);
  out.begin_object().key("after");
  after ? out.number(after->value) : out.null();
  out.key("moments").begin_array();
  for (const auto& [address, owner] : place.owners) {
    out.begin_array().string(address).string(partitions_text(owner.partitions)).number(owner.whole).end_array();
  }
  out.end_array().end_object();
}

}  // namespace

Result<std::optional<GroupCursor>> group_cursor_of(const HttpRequest& request) {
  const auto text = cursor_of(request);
  if (!text) return text.error();
  if (!*text) return std::optional<GroupCursor>();
  try {
    const json::value read = json::parse(**text);
    GroupCursor out{.total = read.at("total").to_number<std::uint64_t>(), .position = string_of(read.at("position"))};
    for (const json::value& member : read.at("members").as_array()) {
      const json::array& row = member.as_array();
      auto partitions = parse_partitions(string_of(row.at(1)));
      if (!partitions) return of_another_list();
      out.parts.push_back(
          {.address = string_of(row.at(0)), .partitions = *std::move(partitions), .cursor = string_of(row.at(2))});
    }
    if (const json::value* place = read.as_object().if_contains("families")) {
      auto families = families_place_of(*place);
      if (!families) return of_another_list();
      out.families = *std::move(families);
    }
    return std::optional(std::move(out));
  } catch (const std::exception&) {
    return of_another_list();
  }
}

std::optional<std::string> next_group_cursor(const GroupCursor& list) {
  if (std::none_of(list.parts.begin(), list.parts.end(), is_left)) return std::nullopt;
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("total").number(list.total).key("position").string(list.position);
  out.key("members").begin_array();
  const GroupListPart* families = nullptr;
  for (const GroupListPart& part : list.parts) {
    if (!is_left(part)) continue;
    if (part.address.empty()) {
      families = &part;
      continue;
    }
    out.begin_array().string(part.address).string(partitions_text(part.partitions));
    if (part.shown == 0) {
      out.string(part.cursor);
    } else {
      out.string(cursor_behind(part.cursor, part.rows[part.shown - 1].place.id));
    }
    out.end_array();
  }
  out.end_array();
  if (families != nullptr) write_families_place(out.key("families"), *list.families, *families);
  out.end_object();
  return encode_cursor(text);
}

}  // namespace rapport

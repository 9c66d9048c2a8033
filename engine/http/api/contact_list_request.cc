#include "engine/http/api/contact_list_request.h"

#include "engine/http/api/request_values.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::size_t kIdSize = 8;

// The id, and behind it where the contact stands in an order by a column.
Result<std::optional<ContactPlace>> place_of_cursor(const HttpRequest& request, bool ordered) {
  const auto cursor = cursor_of(request);
  if (!cursor) return cursor.error();
  if (!*cursor) return std::optional<ContactPlace>();
  const std::string& bytes = **cursor;
  const bool fits = ordered ? bytes.size() >= kIdSize : bytes.size() == kIdSize;
  if (!fits) return Error{Errc::invalid_argument, "is of another list", "cursor"};
  return std::optional(ContactPlace{bytes.substr(kIdSize), ContactId{read_big_endian64(bytes)}});
}

}  // namespace

Result<ContactListQuery> contact_list_query(const HttpRequest& request, const ControlState& control, const Sight& sight,
                                            std::size_t limit_default) {
  ContactListQuery query;
  const auto limit = limit_of(request, limit_default, kContactPageMax);
  if (!limit) return limit.error();
  query.limit = *limit;

  std::vector<std::string_view> clauses = request.query.values("where");
  const auto more = request.query.values("where[]");
  clauses.insert(clauses.end(), more.begin(), more.end());
  auto where = Where::parse(clauses, control);
  if (!where) return where.error();
  for (const WhereClause& clause : where->clauses()) RAPPORT_TRY(sight.check_column(clause.column, "where"));
  query.where = *std::move(where);

  if (const auto text = request.query.find("order")) {
    auto order = ContactOrder::parse(*text, control);
    if (!order) return order.error();
    RAPPORT_TRY(sight.check_column(order->column(), "order"));
    query.order = *std::move(order);
  }
  auto after = place_of_cursor(request, query.order.has_value());
  if (!after) return after.error();
  query.after = *std::move(after);
  return query;
}

std::string contact_cursor(const ContactPlace& place) {
  std::string bytes;
  append_big_endian64(bytes, place.id.value);
  return encode_cursor(bytes.append(place.key));
}

}  // namespace rapport

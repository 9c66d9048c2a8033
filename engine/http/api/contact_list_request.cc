#include "engine/http/api/contact_list_request.h"

#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/group_families.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "events/bytes_text.h"
#include "projections/digest.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::size_t kCursorSize = 32;
constexpr ContactId kFromTheStart{~std::uint64_t{0}};

struct ListCursor {
  std::uint64_t pin = 0, total = 0, asked = 0;
  ContactId last;
};

Result<std::optional<ListCursor>> list_cursor_of(const HttpRequest& request) {
  const auto cursor = cursor_of(request);
  if (!cursor) return cursor.error();
  if (!*cursor) return std::optional<ListCursor>();
  const std::string_view bytes = **cursor;
  if (bytes.size() != kCursorSize) return Error{Errc::invalid_argument, "is of another list", "cursor"};
  const auto number = [&](std::size_t i) { return read_big_endian64(bytes.substr(8 * i)); };
  return std::optional(ListCursor{number(0), number(1), number(2), ContactId{number(3)}});
}

// Everything but the page's size, which may be another on each.
std::uint64_t hash_of_asked(const HttpRequest& request) {
  std::string all;
  const auto add = [&](std::string_view name, std::string_view value) {
    all.append(name).append(1, '\0').append(value).append(1, '\0');
  };
  for (const std::string_view clause : list_values(request, "where")) add("where", clause);
  for (const std::string_view name : {"search", "order", "as_of"}) {
    if (const auto value = request.query.find(name)) add(name, *value);
  }
  return static_cast<std::uint64_t>(hash_digest(all).value);
}

// A list is of all partitions, so a position has to say where each of them stands.
Result<void> check_as_of(const ApiServices& services, const ContactListCall& call) {
  const auto* positions = std::get_if<Positions>(&*call.as_of);
  if (positions == nullptr) return {};
  const Positions reached = positions_listed(services, call);
  for (const auto& [partition, unused] : reached) {
    if (partition != kControlPartition && !positions->contains(partition)) {
      return Error{Errc::invalid_argument,
                   "names no position in partition " + std::to_string(partition.value) + "; a list's has them all",
                   "as_of"};
    }
  }
  Positions wanted = *positions;
  // A member's part of a list waits for its own partitions.
  if (call.partitions) std::erase_if(wanted, [&](const auto& one) { return !reached.contains(one.first); });
  if (!covers(reached, wanted)) {
    return Error{Errc::wait_timeout, "the fold has reached " + position_text(services, reached), "as_of"};
  }
  return {};
}

// To what a member of a group is asked for. Of a first page: as it stands now.
Result<void> narrow(const ApiServices& services, const HttpRequest& request, ContactListCall& call, bool first_page) {
  auto asked = partitions_asked(request);
  if (!asked) return asked.error();
  call.partitions = *std::move(asked);
  if (first_page) {
    call.whole = services.folder.view();
    RAPPORT_TRY(check_owned(services, *call.partitions));
  }
  // A moment without families is of these partitions already.
  call.view = call.whole->shows_all() ? view_of(services, *call.whole, *call.partitions) : call.whole;
  call.catching_up = catching_up(services, *call.view, *call.partitions);
  return {};
}

std::string list_cursor(ApiServices& services, const ContactListCall& call, std::uint64_t total, ContactId last) {
  std::string bytes;
  append_big_endian64(bytes, call.pin != 0 ? call.pin : services.pinned->pin(call.whole));
  append_big_endian64(bytes, total);
  append_big_endian64(bytes, call.asked);
  append_big_endian64(bytes, last.value);
  return encode_cursor(bytes);
}

}  // namespace

Positions positions_listed(const ApiServices& services, const ContactListCall& call) {
  Positions positions = call.view->positions();
  for (Partition partition; partition.value < services.log.partition_count(); ++partition.value) {
    if (!call.partitions || call.partitions->contains(partition)) positions.try_emplace(partition);
  }
  return positions;
}

Result<ContactListQuery> contact_list_query(const HttpRequest& request, const ControlState& control, const Sight& sight,
                                            std::size_t limit_default) {
  ContactListQuery query;
  const auto limit = limit_of(request, limit_default, kContactPageMax);
  if (!limit) return limit.error();
  query.limit = *limit;
  auto where = Where::parse(list_values(request, "where"), control);
  if (!where) return where.error();
  for (const WhereClause& clause : where->clauses()) RAPPORT_TRY(sight.check_column(clause.column, "where"));
  query.where = *std::move(where);
  if (const auto text = request.query.find("search")) {
    RAPPORT_TRY(sight.check_personal("search"));
    auto search = Search::parse(*text);
    if (!search) return search.error();
    query.search = *std::move(search);
  }
  if (const auto text = request.query.find("order")) {
    auto order = ContactOrder::parse(*text, control);
    if (!order) return order.error();
    RAPPORT_TRY(sight.check_column(order->column(), "order"));
    query.order = *std::move(order);
  }
  return query;
}

asio::awaitable<Result<ContactListCall>> contact_list_call(RequestContext& context, ApiServices& services,
                                                           std::size_t limit_default) {
  const HttpRequest& request = context.request();
  ContactListCall call;
  const auto cursor = list_cursor_of(request);
  if (!cursor) co_return cursor.error();
  // No conditional expression: g++ 12 destroys the view too often in one with a co_await.
  const auto moment = moment_asked(request);
  if (!moment) co_return moment.error();
  const std::optional<std::uint64_t> pin = *cursor ? std::optional((*cursor)->pin) : *moment;
  if (pin) {
    auto pinned = services.pinned->find(*pin);
    if (!pinned) co_return pinned.error();
    call.whole = *std::move(pinned);
    call.pin = *pin;
  } else {
    auto newest = co_await view_for(context, services);
    if (!newest) co_return newest.error();
    call.whole = *std::move(newest);
  }
  call.view = call.whole;
  if (services.group != nullptr) {
    const auto narrowed = narrow(services, request, call, !pin);
    if (!narrowed) co_return narrowed.error();
  }
  const Sight sight(context.principal(), call.view->control());
  auto query = contact_list_query(request, call.view->control(), sight, limit_default);
  if (!query) co_return query.error();
  call.query = *std::move(query);
  auto as_of = as_of_parameter(services, request, "as_of", AsOfWhat::list);
  if (!as_of) co_return as_of.error();
  call.as_of = *std::move(as_of);
  if (call.as_of) {
    const auto fits = check_as_of(services, call);
    if (!fits) co_return fits.error();
  }
  call.asked = hash_of_asked(request);
  if (*cursor) {
    if ((*cursor)->asked != call.asked) co_return Error{Errc::invalid_argument, "is of another list", "cursor"};
    call.query.total = (*cursor)->total;
    if ((*cursor)->last != kFromTheStart) call.query.after = (*cursor)->last;
  }
  co_return call;
}

asio::awaitable<Result<ContactListPage>> read_page(const RequestContext& context, const ApiServices& services,
                                                   ContactListCall call) {
  if (!call.as_of) co_return co_await read_list(context, services, std::move(call.view), std::move(call.query));
  const std::uint64_t looked_at = contacts_in_all(*call.view);
  std::function<Result<ContactListPage>()> read = [&services, call = std::move(call)] {
    return list_contacts_of_the_past(*call.view, contacts_as_of(services, *call.view, *call.as_of), call.query);
  };
  co_return co_await services.long_lists->run(context.principal().key_id, looked_at, std::move(read));
}

asio::awaitable<Result<ContactListPage>> read_list(const RequestContext& context, const ApiServices& services,
                                                   std::shared_ptr<const View> view, ContactListQuery query) {
  const auto looked_at = looked_at_for_page(*view, query, LongReads::kReadAtOnceMax + 1);
  if (!looked_at) co_return looked_at.error();
  std::function<Result<ContactListPage>()> read = [view = std::move(view), query = std::move(query)] {
    return list_contacts(*view, query);
  };
  co_return co_await services.long_lists->run(context.principal().key_id, *looked_at, std::move(read));
}

std::string next_cursor(ApiServices& services, const ContactListCall& call, const ContactListPage& page) {
  return list_cursor(services, call, page.total, page.contacts.back().root);
}

std::string cursor_before(ApiServices& services, const ContactListCall& call, const ContactListPage& page) {
  return list_cursor(services, call, page.total, call.query.after.value_or(kFromTheStart));
}

std::string cursor_behind(const std::string& cursor, ContactId last) {
  const auto before = from_base64url(cursor);
  if (!before) return cursor;  // a member's own, which it will refuse
  std::string bytes = *before;
  bytes.resize(kCursorSize - sizeof(std::uint64_t));
  append_big_endian64(bytes, last.value);
  return encode_cursor(bytes);
}

}  // namespace rapport

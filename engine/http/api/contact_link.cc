#include "engine/http/api/contact_link.h"

#include "engine/publish/merge_hint.h"
#include "projections/contact_reader.h"
#include "projections/event_lookup.h"
#include "projections/key_layout.h"
#include "projections/merge_reader.h"

namespace rapport {
namespace {

std::string name_of(ContactId id) { return "contact " + std::to_string(id.value); }

Result<ContactState> read_live(const View& view, ContactId id) {
  auto state = read_contact(view, id);
  if (!state) return state.error();
  if (*state && (*state)->gone == Gone::deleted) return Error{Errc::contact_deleted, name_of(id) + " is deleted"};
  if (*state && (*state)->gone == Gone::erased) return Error{Errc::contact_erased, name_of(id) + " is erased"};
  if (!*state || !(*state)->exists) return Error{Errc::not_found, "there is no " + name_of(id)};
  return **std::move(state);
}

Event hint_of(const ContactLink& link, const LinkCause& cause) {
  const EventType type = link.set ? EventType::contact_absorbed : EventType::contact_parted;
  return merge_hint(type, link.survivor, link.loser, cause.event_id, cause.time);
}

// Of the link that the contact's state has.
Result<LinkCause> cause_of_link(const View& view, ContactId loser, const ContactState& state) {
  const WriteStamp at = state.merged_into.stamp;
  const auto row = view.store().get(timeline_key(stream_key(loser), at), view.at());
  if (!row) return row.error();
  if (!*row) return Error{Errc::corrupt, "the link of " + name_of(loser) + " has no timeline row"};
  const auto decoded = decode_timeline_row(at, **row);
  if (!decoded) return decoded.error();
  return LinkCause{decoded->event_id, at.time};
}

// Of a link whose event was written.
Result<TimelineRow> event_of_link(const View& view, ContactId loser, std::string_view source, std::string_view id) {
  auto row = find_event(view, {.subject = loser, .source = source, .id = id});
  if (!row) return row.error();
  if (!*row) return Error{Errc::wait_timeout, "the fold is too far behind to tell the other contact of the link"};
  return **std::move(row);
}

asio::awaitable<Result<void>> tell_survivor(WriteCall& call, const ContactLink& link, const LinkCause& cause) {
  std::vector<Event> hints;
  hints.push_back(hint_of(link, cause));
  const auto told = co_await call.append_own(std::move(hints));
  if (!told) co_return told.error();
  // Until it is folded a read of the survivor does not show the loser.
  if (const auto late = not_folded_in_time(*told)) co_return *late;
  co_return Result<void>();
}

}  // namespace

Result<ContactLink> link_to_set(const View& view, ContactId loser, ContactId into) {
  if (loser == into) return Error{Errc::invalid_argument, "a contact is not merged into itself", "into"};
  const auto state = read_live(view, loser);
  if (!state) return state.error();
  const auto survivor = read_live(view, into);
  if (!survivor) return Error{survivor.error().code, survivor.error().detail, "into"};
  if (state->merged_into.value == into) {
    auto cause = cause_of_link(view, loser, *state);
    if (!cause) return cause.error();
    return ContactLink{.loser = loser, .survivor = into, .stands = *std::move(cause)};
  }
  if (state->merged_into.value) {
    const std::string other = name_of(*state->merged_into.value);
    return ContactLink{.conflict = name_of(loser) + " is merged into " + other + ": unmerge it first"};
  }
  const auto root = root_of(contacts_of(view), into);
  if (!root) return root.error();
  if (*root == loser) return ContactLink{.conflict = name_of(into) + " is merged into " + name_of(loser) + " already"};
  std::size_t together = 0;
  for (const ContactId one : {loser, into}) {
    const auto merged = read_merged(contacts_of(view), one);
    if (!merged) return merged.error();
    together += *merged ? (*merged)->precedence.size() : 1;
  }
  if (together > kMergeMembersMax) {
    return ContactLink{.conflict = "more than " + std::to_string(kMergeMembersMax) +
                                   " contacts would be merged into one, which is more than an answer shows"};
  }
  return ContactLink{.loser = loser, .survivor = into};
}

Result<ContactLink> link_to_cut(const View& view, ContactId loser) {
  const auto state = read_live(view, loser);
  if (!state) return state.error();
  if (!state->merged_into.value) return ContactLink{.conflict = name_of(loser) + " is merged into no other"};
  return ContactLink{.loser = loser, .survivor = *state->merged_into.value, .set = false};
}

asio::awaitable<Result<void>> write_link(WriteCall& call, ContactLink link, Event event) {
  std::optional<LinkCause> cause = link.stands;
  if (!cause) {
    const std::string source = event.source, id = event.id;
    const auto written = co_await call.write(std::move(event));
    if (!written) co_return written.error();
    const auto found = event_of_link(*call.view(), link.loser, source, id);
    if (!found) co_return found.error();
    cause = LinkCause{id, found->stamp.time};
  }
  co_return co_await tell_survivor(call, link, *cause);
}

asio::awaitable<Result<void>> repeat_link(WriteCall& call, ContactId loser, Event event) {
  const auto* merge = std::get_if<ContactMergedInto>(&event.payload);
  if (merge != nullptr) {
    ContactLink link{.loser = loser, .survivor = merge->into};
    co_return co_await write_link(call, std::move(link), std::move(event));
  }
  const std::string source = event.source, id = event.id;
  const auto written = co_await call.write(std::move(event));
  if (!written) co_return written.error();
  const auto cut = event_of_link(*call.view(), loser, source, id);
  if (!cut) co_return cut.error();
  const auto survivor = parted_from(*call.view(), loser, cut->stamp);
  if (!survivor) co_return survivor.error();
  if (!*survivor) co_return Result<void>();
  const ContactLink link{.loser = loser, .survivor = **survivor, .set = false};
  const LinkCause cause{id, cut->stamp.time};
  co_return co_await tell_survivor(call, link, cause);
}

}  // namespace rapport

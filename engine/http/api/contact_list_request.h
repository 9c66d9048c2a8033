// What a request asks a list of contacts for: `where` (or `where[]`, repeated), `search`, `order` and `limit`; and
// where a page of it goes on.
#pragma once

#include <set>

#include "engine/http/api/api_services.h"
#include "engine/http/api/as_of.h"
#include "engine/http/api/sight.h"
#include "projections/contact_list.h"

namespace rapport {

inline constexpr std::size_t kContactPageMax = 500;

// From the beginning. Errors: invalid_argument; forbidden (it asks by personal data, which `sight` does not have); the
// field is the parameter's name.
[[nodiscard]] Result<ContactListQuery> contact_list_query(const HttpRequest& request, const ControlState& control,
                                                          const Sight& sight, std::size_t limit_default);

// A page of a list whose pages all show one view: that of the first page.
//
//   cursor = base64url of: pin (8 bytes)  total (8)  hash of what is asked (8)  id of the page's last contact (8), or
//            8 times ff: from the start
struct ContactListCall {
  std::shared_ptr<const View> view;
  std::shared_ptr<const View>
      whole;              // what the view is narrowed from, and what is pinned: one of all lists of a moment
  std::uint64_t pin = 0;  // 0: a first page, its view is not pinned yet
  ContactListQuery query;
  std::optional<AsOf> as_of;
  std::uint64_t asked = 0;
  // Of a member of a group: what it is asked for. Unset: all of the log.
  std::optional<std::set<Partition>> partitions;
  Positions catching_up;  // of these, what the view lacks
};

// Waits for Rapport-After on a first page; later ones are of their view. Errors: those of view_for and
// contact_list_query; cursor_expired; invalid_argument ("cursor", "as_of").
asio::awaitable<Result<ContactListCall>> contact_list_call(RequestContext& context, ApiServices& services,
                                                           std::size_t limit_default);
// Where the call's view stands in each of its partitions, those without a record too: a moment of all its contacts.
Positions positions_listed(const ApiServices& services, const ContactListCall& call);
// Read apart from the server's threads where it takes a look at many contacts (long_reads.h). Errors: those of
// list_contacts; overloaded, shutting_down.
asio::awaitable<Result<ContactListPage>> read_page(const RequestContext& context, const ApiServices& services,
                                                   ContactListCall call);
asio::awaitable<Result<ContactListPage>> read_list(const RequestContext& context, const ApiServices& services,
                                                   std::shared_ptr<const View> view, ContactListQuery query);
// Of the page behind this one, which has more behind it. Pins the view.
std::string next_cursor(ApiServices& services, const ContactListCall& call, const ContactListPage& page);
// Of this page itself, by which it can be had again; pins the view, too. And behind one of its contacts.
std::string cursor_before(ApiServices& services, const ContactListCall& call, const ContactListPage& page);
std::string cursor_behind(const std::string& cursor, ContactId last);

}  // namespace rapport

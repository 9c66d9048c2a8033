// Rows of contacts that other members of a group fold, asked of their owners and laid over a view of our own.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/group/member_rows.h"
#include "engine/http/api/api_services.h"

namespace rapport {

// What has been lent, and how good it is.
struct Lent {
  LentRows rows;
  Positions positions;  // of the owners' partitions: of several views of one the earliest
  std::size_t bytes = 0;
  Positions catching_up = {};  // of our own partitions, too
  bool stale = false;

  // Says in the response what of it is behind.
  void mark(HttpResponse& response, const ApiServices& services) const;
  // Of an answer: what is behind, and, where it is of the view that rows come from, where that stands.
  [[nodiscard]] Result<void> note_behind(const HttpHeaders& headers);
  [[nodiscard]] Result<void> note_positions(const HttpHeaders& headers);
  // Errors: too_large.
  [[nodiscard]] Result<void> add(LentRows lent);
};

// Who answers for the contact, ourselves included. Errors: unreachable.
[[nodiscard]] Result<std::string> address_of_owner(const ApiServices& services, ContactId contact);

// Asks the members, by address, and adds their rows. `after`: what they must have folded; unset: what the client says.
// Errors: unreachable, wait_timeout, too_large; what else a member answers.
asio::awaitable<Result<void>> borrow_rows(RequestContext& context, ApiServices& services,
                                          const std::map<std::string, RowsWanted>& wanted,
                                          const std::optional<Positions>& after, Lent& lent);

// The view with what is lent, states alone or all that is known. Errors: storage_failed.
[[nodiscard]] Result<std::shared_ptr<const View>> view_with(const std::shared_ptr<const View>& view, const Lent& lent,
                                                            bool states_alone);

}  // namespace rapport

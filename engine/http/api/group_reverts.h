// Reverts where instances of a group have the rows: each tells of those that it was asked for, which may be any.
//
// Invariants: a revert is known to the member that was asked for it, and found there by its id, whoever is asked.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/http/api/api_services.h"

namespace rapport {

// The newest revert that one member was asked for.
struct RevertOfMember {
  std::string member;
  std::optional<Error> error;  // why it is not known
  std::string id, json;        // empty: there is none
  bool is_over = true;
};

// Of all members but this one. Errors: unreachable: who they are is not known.
asio::awaitable<Result<std::vector<RevertOfMember>>> reverts_of_others(RequestContext& context, ApiServices& services);

// That of this id, of another member. Errors: not_found; unreachable, where one that may know it did not answer.
asio::awaitable<Result<RevertOfMember>> revert_of_others(RequestContext& context, ApiServices& services,
                                                         const std::string& id);

}  // namespace rapport

// Which query parameters a request may have: those that the OpenAPI document lists with its operation. A name that is
// not known is refused, not passed over: ?dry-run=1 would write, and a misspelled `where` would answer with everything.
//
// Invariants:
// - The document that the program serves is what it holds requests to; there is no second list of names.
// - The compatible API passes unknown names over, as the one that it takes the place of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/http/api/api_services.h"

namespace rapport {

struct QueryRule {
  std::string name;
  bool is_list = false;  // may be repeated, and spelled as request_values.h says
};

class QueryRules {
 public:
  explicit QueryRules(std::vector<QueryRule> rules) : rules_(std::move(rules)) {}

  // Errors: invalid_argument, the field being the name that is not known, and the detail those that are.
  [[nodiscard]] Result<void> check_known(const QueryParameters& query) const;
  // Errors: invalid_argument, the field being the name of what is no list and is given twice: of two values none is the
  // one that was meant.
  [[nodiscard]] Result<void> check_single(const QueryParameters& query) const;

 private:
  const QueryRule* find(std::string_view name) const;
  Error unknown(std::string_view name) const;

  std::vector<QueryRule> rules_;
};

// Has every route of the native API refuse what its operation does not list, and every route of both APIs what is given
// twice, before anything else looks at the request. What another member of a group hands on has been looked at there.
// `services` must outlive the router.
void check_queries(Router& router, const ApiServices& services);

}  // namespace rapport

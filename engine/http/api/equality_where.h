// `where` of the compatible API's smaller objects, which are asked for by equality alone: "id|eq|12",
// "fields.industry|eq|IT". Contacts have the whole grammar (projections/where.h).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/http/router.h"
#include "events/result.h"

namespace rapport {

class EqualityWhere {
 public:
  // `where` and `where[]`, repeated. A column is one of `columns`, or stands behind one that ends with a dot
  // ("fields."). Errors: invalid_argument, the field "where".
  [[nodiscard]] static Result<EqualityWhere> parse(const HttpRequest& request,
                                                   std::span<const std::string_view> columns);

  // Whether all clauses hold, by what `holds` says of one.
  bool matches(const std::function<bool(std::string_view column, std::string_view value)>& holds) const;

 private:
  struct Clause {
    std::string column, value;
  };
  std::vector<Clause> clauses_;
};

}  // namespace rapport

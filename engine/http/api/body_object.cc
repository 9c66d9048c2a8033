#include "engine/http/api/body_object.h"

#include <boost/json.hpp>

#include "events/json_check.h"
#include "events/json_value.h"

namespace rapport {

Result<boost::json::object> body_object(std::string_view body) {
  RAPPORT_TRY(check_json_object(body));
  boost::system::error_code malformed;
  boost::json::value value = parse_json_value(body, malformed);
  if (malformed || !value.is_object()) return Error{Errc::invalid_json, "is not a JSON object", "body"};
  return std::move(value.get_object());
}

}  // namespace rapport

#include "tools/rapport/contacts/as_of_text.h"

#include "engine/http/request_target.h"
#include "tools/rapport/terminal/moment.h"

namespace rapport {

std::string as_of_parameter(const std::string& text) {
  const auto time = parse_moment(text, now_wall_clock());
  return percent_encode(time ? format_timestamp(*time) : text);
}

}  // namespace rapport

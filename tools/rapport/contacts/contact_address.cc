#include "tools/rapport/contacts/contact_address.h"

#include <algorithm>

#include "engine/http/request_target.h"
#include "events/text.h"

namespace rapport {

Result<ContactId> find_contact(ApiClient& api, const std::string& address) {
  const bool is_number = !address.empty() && std::all_of(address.begin(), address.end(),
                                                         [](unsigned char c) { return c >= '0' && c <= '9'; });
  if (is_number) {
    const auto id = parse_id(address);
    if (!id) return Error{Errc::invalid_argument, id.error().detail, "id"};
    return ContactId{*id};
  }
  const auto colon = address.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return Error{Errc::invalid_argument, quote(address) + " is neither an id, like 42, nor an identity, like web:ada",
                 "id"};
  }
  const auto holder = api.get("/v1/identities/" + percent_encode(address.substr(0, colon)) + "/" +
                              percent_encode(address.substr(colon + 1)));
  if (!holder) return holder.error();
  return ContactId{holder->at("contactId").to_number<std::uint64_t>()};
}

}  // namespace rapport

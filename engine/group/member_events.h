// What members ask each other about events, as JSON: both sides of each, so that they agree.
//
//   POST /v1/member/identities   {"identities":[{"channel":"web","externalId":"a","gone":42 or null}]}
//                             -> {"contacts":[1042]}, in their order
//   POST /v1/member/events       [event, ...] as the log has them, resolved; ?wait=durable
//                             ->
//                             {"positions":[[partition,offset]],"results":[{"status":"accepted","contact":1042,"version":18,
//                                 "partition":3,"offset":9,"first":null,"code":null,"detail":"","field":""}]}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/publish/identity_resolver.h"
#include "engine/publish/publisher.h"

namespace rapport {

inline constexpr std::string_view kMemberIdentitiesPath = "/v1/member/identities";
inline constexpr std::string_view kMemberEventsPath = "/v1/member/events";
inline constexpr std::size_t kMemberBodyBytesMax = 16u << 20;

struct IdentitiesAsked {
  std::vector<Identity> identities;
  GoneHolders gone;
};

std::string encode_identities(const IdentitiesAsked& asked);
std::string encode_contacts(const std::vector<Identity>& identities, const IdentityResolver::Contacts& contacts);
std::string encode_events(const std::vector<Event>& events);
std::string encode_published(const Published& published);

// Errors of all: invalid_json, invalid_argument: it is no such text.
[[nodiscard]] Result<IdentitiesAsked> decode_identities(std::string_view text);
[[nodiscard]] Result<IdentityResolver::Contacts> decode_contacts(const std::vector<Identity>& identities,
                                                                 std::string_view text);
[[nodiscard]] Result<std::vector<Event>> decode_events(std::string_view text);
// Of so many events.
[[nodiscard]] Result<Published> decode_published(std::string_view text, std::size_t events);
// The code that errc_name() calls so; internal, where there is none.
Errc errc_named(std::string_view name);
// The error that a problem document tells, of an answer that is none of these.
Error decode_problem(std::string_view text);

}  // namespace rapport

#include "engine/group/member_trials.h"

#include <boost/json.hpp>

#include "engine/group/member_events.h"
#include "engine/group/member_json.h"
#include "engine/group/member_rows.h"

namespace rapport {
namespace {

namespace json = boost::json;

Result<TrialWanted> wanted_of(const json::value& from) {
  if (from.at("fold").to_number<std::uint64_t>() != kFoldVersion) {
    return Error{Errc::unreachable, "members fold by different versions: nothing is tried until all are upgraded"};
  }
  auto identities = decode_identities(string_of(from.at("identities")));
  if (!identities) return identities.error();
  auto events = decode_events(string_of(from.at("events")));
  if (!events) return events.error();
  return TrialWanted{std::move(identities->identities), *std::move(events), contact_ids_of(from.at("fresh"))};
}

Result<TrialTold> told_of(const json::value& from, const TrialWanted& wanted) {
  TrialTold told{.contacts = contact_ids_of(from.at("contacts")),
                 .fresh = contact_ids_of(from.at("fresh")),
                 .published = {},
                 .events = {},
                 .states = {}};
  if (told.contacts.size() != wanted.identities.size()) {
    return Error{Errc::invalid_argument, "a member does not tell of each identity"};
  }
  auto published = decode_published(string_of(from.at("published")), wanted.events.size());
  if (!published) return published.error();
  told.published = *std::move(published);
  for (const json::value& event : from.at("events").as_array()) told.events.push_back(string_of(event));
  auto states = decode_lent(string_of(from.at("states")));
  if (!states) return states.error();
  told.states = *std::move(states);
  return told;
}

}  // namespace

std::string encode_trial_wanted(const TrialWanted& wanted) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("identities").string(encode_identities({wanted.identities, {}}));
  out.key("events").string(encode_events(wanted.events));
  write_contact_ids(out, "fresh", wanted.fresh);
  out.key("fold").number(std::uint64_t{kFoldVersion}).end_object();
  return text;
}

std::string encode_trial(const TrialTold& told) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_contact_ids(out, "contacts", told.contacts);
  write_contact_ids(out, "fresh", told.fresh);
  out.key("published").string(encode_published(told.published)).key("events").begin_array();
  for (const std::string& event : told.events) out.string(event);
  out.end_array().key("states").string(encode_lent(told.states)).end_object();
  return text;
}

Result<TrialWanted> decode_trial_wanted(std::string_view text) {
  return read_member_json(text, not_understood("trial wanted"), wanted_of);
}

Result<TrialTold> decode_trial(std::string_view text, const TrialWanted& wanted) {
  return read_member_json(text, not_understood("trial of events"),
                          [&](const json::value& from) { return told_of(from, wanted); });
}

}  // namespace rapport
